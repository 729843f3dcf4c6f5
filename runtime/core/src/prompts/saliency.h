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

// How clicks are found in the blob: by its centres, or drawn (ssam_session_set_automatic).
struct ClickChoice {
    bool random = false;
    uint32_t seed = 0;
};

ssam_saliency salient_clicks(const uint8_t* heat, int width, int height, ptrdiff_t stride,
                             const ClickChoice& choice = {});

}  // namespace ssam
