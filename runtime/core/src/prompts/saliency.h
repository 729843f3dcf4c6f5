// From a heat map to clicks (docs/design.md, "Saliency to clicks"). The rules are in ssam.h, at
// ssam_salient_clicks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "squeezesam/ssam.h"

namespace ssam {

using Histogram = std::array<int64_t, 256>;

// The value above which skimage.filters.threshold_otsu sees foreground; -1 for a flat histogram.
int otsu_threshold(const Histogram& histogram);

ssam_saliency salient_clicks(const uint8_t* heat, int width, int height, ptrdiff_t stride);

}  // namespace ssam
