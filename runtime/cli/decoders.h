// Encoded pictures to stored rows of 1 to 4 bytes a pixel.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cli {

enum class Kind { kGrey, kGreyAlpha, kRgb, kRgba, kInk };  // ink: CMYK, 255 is full

struct Decoded {
    std::vector<uint8_t> pixels;  // no gaps
    int channels = 0;
    Kind kind = Kind::kRgb;
    std::vector<uint8_t> profile;  // ICC; may be empty
    std::string damage;            // what is wrong with the pixels, "" for nothing
};

// `width` x `height` are the container's, already held against the limit: a decoder that finds
// another size throws. Data of which nothing can be decoded throws Failure; what was missing or
// corrupt is said in `damage`.
Decoded decode_jpeg(const std::vector<uint8_t>& data, int64_t width, int64_t height,
                    const std::string& name);
Decoded decode_png(const std::vector<uint8_t>& data, int64_t width, int64_t height,
                   const std::string& name);

}  // namespace cli
