// Resizing, exact to the bit on every machine.
#pragma once

#include <cstdint>
#include <vector>

#include "image/geometry.h"
#include "image/image.h"

namespace ssam {

// Largest side that `resize_rgb` writes: beyond it float32 sums would no longer be exact.
constexpr int kMaxResizedSide = 16384;

// `image` upright, over white, resized to `size`, as RGB rows without gaps. Area average along an
// axis that shrinks, bilinear along one that grows; rounded half up. The sums are whole numbers
// throughout, hence the same whichever way the rows are stored.
std::vector<uint8_t> resize_rgb(const ImageView& image, Size size);

}  // namespace ssam
