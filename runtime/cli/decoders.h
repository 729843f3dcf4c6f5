// Encoded pictures to stored rows of 1, 3 or 4 bytes a pixel.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cli {

struct Decoded {
    std::vector<uint8_t> pixels;  // grey, RGB or RGBA, no gaps
    int channels = 0;
};

// `width` x `height` are the container's. Throw Failure for damaged data.
Decoded decode_jpeg(const std::vector<uint8_t>& data, int64_t width, int64_t height,
                    const std::string& name);
Decoded decode_png(const std::vector<uint8_t>& data, int64_t width, int64_t height,
                   const std::string& name);

}  // namespace cli
