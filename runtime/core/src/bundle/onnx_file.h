// An ONNX program must bring everything along: it may name files for its weights (external data),
// which no hash of ours covers and which may lie anywhere.
#pragma once

#include <cstdint>
#include <istream>
#include <string>

namespace ssam {

// Why a program in a file called `name` must not be given to ONNX Runtime, as the end of a sentence
// that begins with its name; "" where nothing speaks against it. `file`: at its beginning, of
// `size` bytes. Time grows with the number of fields, memory does not.
//
// The fields are those of onnx.proto (ONNX 1.23). Wherever protobuf's own reader might see another
// message than this one does, the file is refused: groups, bytes after the end, fields of the wrong
// kind. Names ending in ".ort" are for ONNX Runtime's own format, which has no external data.
std::string onnx_obstacle(std::istream& file, int64_t size, const std::string& name);

}  // namespace ssam
