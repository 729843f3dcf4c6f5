// Outlines of a mask as closed polygons along pixel edges.
#pragma once

#include <cstdint>
#include <vector>

#include "mask/runs.h"

namespace ssam {

struct Corner {
    int x;
    int y;
};

// Outer rings have a positive area (clockwise with y pointing down), holes a negative one.
struct Ring {
    std::vector<Corner> corners;
    int32_t parent = -1;  // index of the outer ring round a hole
};

// Each outer ring, in the raster order of the pieces' first pixels, followed by its holes in the
// same order. Pieces are 8-connected. Refuses a mask of more than 2^20 runs: Failure.
std::vector<Ring> trace_contour(const RunMask& mask);

// Twice the signed area.
int64_t twice_area(const std::vector<Corner>& corners);

// Simplifies every ring so that it strays at most `epsilon` from the exact one; rings that lose
// their area go, and their holes with them.
std::vector<Ring> simplify(std::vector<Ring> rings, double epsilon);

}  // namespace ssam
