// The shape of a mask given as bytes, 1 inside and 0 outside, row by row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ssam {

// What lies beside the photo is no outside.
struct Outline {
    int64_t area = 0;
    int64_t contour = 0;                 // pixels with a neighbour, of eight, that is outside
    int64_t border = 0;                  // pixels on the photo's border, those in its corners twice
    int x0 = 0, y0 = 0, x1 = 0, y1 = 0;  // the rectangle round it, its end beside it
};

// `column`: room for a row.
Outline outline(const uint8_t* inside, int width, int height, uint8_t* column);

// 8-connected pieces. One thread at a time; memory is kept from one mask to the next.
class PieceFinder {
 public:
    // Room for every mask of this size.
    void reserve(int width, int height) {
        runs_.reserve((static_cast<size_t>(width) / 2 + 1) * static_cast<size_t>(height));
    }

    // Pixels of the largest piece; 0 of an empty mask.
    int64_t largest(const uint8_t* inside, int width, int height);

 private:
    // Pixels of a row side by side. `piece`: a run of the same piece; `pixels`: of the whole piece
    // where that is the run itself.
    struct Run {
        int begin;
        int end;
        uint32_t piece;
        int64_t pixels;
    };

    uint32_t piece_of(uint32_t run);
    void join(uint32_t one, uint32_t two);

    std::vector<Run> runs_;
};

}  // namespace ssam
