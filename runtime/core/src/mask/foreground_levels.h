// A picture and its alpha taken apart into foreground and background, from coarse to fine.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "image/geometry.h"

namespace ssam {

// Planes of float, 0...255, of one level: red, green and blue of F, then of B.
using LayerPlanes = std::array<std::vector<float>, 6>;

// F and B of half the picture `work`, whose rows `rgb` (3 bytes a pixel) and `alpha` are: halves
// are rounded up. Float32 without fused operations, in one order: the same bits on every machine.
LayerPlanes separate_layers(const std::vector<uint8_t>& rgb, const std::vector<uint8_t>& alpha,
                            Size work);

}  // namespace ssam
