// Stored pixels to 8-bit RGB in sRGB: the rules of the Python package (docs/photos.md).
#pragma once

#include <cstdint>
#include <vector>

#include "decoders.h"

namespace cli {

// RGB rows. A profile of the picture's own kind is applied by LittleCMS, perceptual intent; without
// one RGB is taken for sRGB. Transparent pixels are laid over white.
std::vector<uint8_t> to_rgb(Decoded decoded);

}  // namespace cli
