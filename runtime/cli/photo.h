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
    std::string damage;       // what is damaged in it; "" for nothing

    ssam_image image() const {
        return {pixels.data(), width, height, 0, SSAM_FORMAT_RGB, orientation};
    }
};

// In sRGB, transparent pixels over white, 8 bits. Throws Failure; a damaged photo, too, unless it
// is accepted and something of it can be decoded.
Photo read_photo(const std::string& path, bool accept_damaged);

}  // namespace cli
