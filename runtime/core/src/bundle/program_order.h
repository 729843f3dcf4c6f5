// In which order the programs of a bundle run.
#pragma once

#include <vector>

#include "bundle/program_reader.h"

namespace ssam {

// The same programs, each after those whose outputs it reads, those of the photo first, otherwise
// in the manifest's order; every Source::from is filled. Throws Failure (SSAM_ERROR_BUNDLE) for a
// circle, a program or output that is not there or has another shape, and a program that runs once
// a photo but needs more.
std::vector<ProgramSpec> in_order(const Field& programs, std::vector<ReadProgram> read);

// `program` and all that it reads from, in order. `programs`: as in_order() gave them.
std::vector<size_t> all_needed(const std::vector<ProgramSpec>& programs, size_t program);

}  // namespace ssam
