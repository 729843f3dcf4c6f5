// The programs of a manifest, each by itself: files, tensors, sources and roles.
#pragma once

#include <string>
#include <vector>

#include "bundle/manifest.h"
#include "bundle/manifest_field.h"

namespace ssam {

// A program before the outputs that its inputs name are looked up.
struct ReadProgram {
    struct Wanted {
        std::string program;
        std::string output;
    };

    ProgramSpec spec;
    std::vector<Wanted> wanted;  // by input; empty texts unless its source is a program
};

// In the manifest's order. Throws Failure (SSAM_ERROR_BUNDLE).
std::vector<ReadProgram> read_programs(const Field& programs);

}  // namespace ssam
