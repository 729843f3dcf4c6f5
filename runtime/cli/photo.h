// A photo file to RGB pixels, as the Python package decodes it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "squeezesam/ssam.h"

namespace cli {

struct Photo {
    std::vector<uint8_t> pixels;  // RGB rows as stored, without gaps
    int32_t width = 0;            // of the stored rows
    int32_t height = 0;
    int32_t orientation = 1;  // EXIF: how to turn them upright

    ssam_image image() const {
        return {pixels.data(), width, height, 0, SSAM_FORMAT_RGB, orientation};
    }
};

// Transparent pixels are laid over white; 16 bits become 8. Throws Failure.
Photo read_photo(const std::string& path);

}  // namespace cli
