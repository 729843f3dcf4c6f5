// Prompt planes: clicks and box drawn at the network's input size (docs/design.md, "Prompts").
#pragma once

#include <cstddef>

#include "image/geometry.h"

namespace ssam {

// `points`: x, y in input pixels. `labels`: 1, 0, 2, 3, -1. `out`: 2 x height x width.
// Distances are compared in float32, as the torch reference does.
void draw_planes(const float* points, const float* labels, size_t count, Size size, double radius,
                 float box_default, float* out);

}  // namespace ssam
