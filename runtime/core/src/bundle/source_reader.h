// What fills an input, as a manifest says it.
#pragma once

#include "bundle/program_reader.h"

namespace ssam {

// Fills `tensor.source` and checks the shape as far as it does not depend on anything else. Of a
// program's output: its name, to be looked up. Throws Failure (SSAM_ERROR_BUNDLE).
ReadProgram::Wanted read_source(const Field& source, TensorSpec& tensor);

// "1x3x512x512"; "?" for a side of -1.
std::string shape_text(const std::vector<int64_t>& shape);

// Refuses any other text.
void want_text(const Field& field, const char* wanted);

}  // namespace ssam
