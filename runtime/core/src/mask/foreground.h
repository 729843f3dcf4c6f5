// The object's own colours where its edge is soft: there a pixel of the photo is a mixture of the
// object and what is behind it, and cut out as it is it would carry a rim of the old background.
// Multi-level estimation (Germer, Uelwer, Conrad and Harmeling, 2020): from one pixel to half the
// work picture, level by level, foreground F and background B are sought that mix to the picture,
// alpha F + (1 - alpha) B, and change little where alpha does; at photo size one more step.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/geometry.h"
#include "mask/foreground_levels.h"
#include "mask/upsample.h"

namespace ssam {

class Foreground {
 public:
    // `rgb` and `alpha`: rows of the work picture, 3 bytes and 1 byte a pixel.
    Foreground(const std::vector<uint8_t>& rgb, const std::vector<uint8_t>& alpha, Size work,
               Size photo);

    // Columns begin ... begin + count - 1 of the photo's row y, 4 bytes each: replaces the colours
    // of pixels whose alpha is neither 0 nor 255. With `own`, such rows of the photo with its own
    // alpha, those alone that are opaque there. Quick from top to bottom; one thread at a time.
    void restore(int y, int begin, int count, const uint8_t* own, uint8_t* rgba);

 private:
    void blend(int y);

    Size size_;  // half the work picture
    Size photo_;
    double valid_height_;
    LayerPlanes layers_;
    LayerPlanes blended_;  // a row between two, with its last value once more
    int blended_row_ = -1;
    std::vector<Position> columns_;
    std::array<float, 256> gain_;  // how much of what is not explained goes to F, by alpha
};

}  // namespace ssam
