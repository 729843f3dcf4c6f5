// Connected pieces of a mask.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mask/runs.h"

namespace ssam {

enum class Neighbours { kFour, kEight };

// For every run the number of its piece: 0, 1, 2 ... in the raster order of the pieces' first
// pixels.
struct Pieces {
    std::vector<size_t> of_run;
    size_t count = 0;
};

Pieces find_pieces(const RunMask& mask, Neighbours neighbours);

std::vector<int64_t> piece_areas(const RunMask& mask, const Pieces& pieces);

// The largest 8-connected piece alone; ties: the first in raster order.
RunMask keep_largest(const RunMask& mask);

// Fills the 4-connected pieces of background that do not touch the border and have at most
// `max_area` pixels (negative: any number).
RunMask fill_holes(const RunMask& mask, int64_t max_area);

// The pieces of `mask` that share no pixel with `other`.
RunMask pieces_apart(const RunMask& mask, Neighbours neighbours, const RunMask& other);

}  // namespace ssam
