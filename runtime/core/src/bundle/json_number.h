// Numbers in JSON (RFC 8259).
#pragma once

#include <cstddef>
#include <string_view>

#include "bundle/json.h"

namespace ssam::json {

// Reads the number that begins at `at`, which moves behind it. What is wrong with it, or NULL; then
// `at` is where that shows.
const char* read_number(std::string_view text, size_t& at, Value& value);

}  // namespace ssam::json
