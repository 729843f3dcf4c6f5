// Container formats of photos: recognise them, measure them, and prove that they are whole, before
// a decoder sees them or a pixel is allocated. The checks and sentences of the Python package.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cli {

enum class Format { kJpeg, kPng, kPpm };

struct Container {
    Format format;
    int64_t width;  // of the stored rows
    int64_t height;
    size_t pixels_at;    // where a PPM's pixels begin
    std::string damage;  // what is missing or fails its checksum; "" for nothing
};

// Throws Failure, its sentence beginning with `name`, for an empty file, one that is no photo, a
// format this command does not read, for one that says no size, for a damaged one unless it is
// accepted, and for a too large one.
Container inspect(const std::vector<uint8_t>& data, const std::string& name, bool accept_damaged);

}  // namespace cli
