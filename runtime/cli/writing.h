// Files appear whole or not at all: written beside their place, then moved there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cli {

// Throws Failure when writing to `path` would replace something that it must not.
void check_free(const std::string& path, bool overwrite);

// Whatever stood at `path` stands there still when this throws Failure.
void write_whole(const std::string& path, const std::vector<uint8_t>& data, bool overwrite);

// A grey PNG of width x height bytes.
std::vector<uint8_t> encode_png(const std::vector<uint8_t>& grey, int32_t width, int32_t height);

}  // namespace cli
