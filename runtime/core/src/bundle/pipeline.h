// Programs joined to a pipeline: who reads whose outputs, in which order they run, what for.
#pragma once

#include <vector>

#include "bundle/manifest.h"
#include "bundle/manifest_field.h"
#include "bundle/program_reader.h"

namespace ssam {

// Fills what `manifest` says of its programs. Throws Failure (SSAM_ERROR_BUNDLE) for a cycle, an
// output that nobody gives, two of one role, a shape that does not fit.
void link_pipeline(const Field& programs, std::vector<ReadProgram> read, Manifest& manifest);

// Refuses capabilities that the pipeline cannot have.
void check_capabilities(const Field& capabilities, const Manifest& manifest);

}  // namespace ssam
