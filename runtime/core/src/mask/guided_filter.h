// The guided filter (He, Sun and Tang, "Guided Image Filtering", 2013) with a colour guide: round
// every pixel the logits are fitted by a linear function of the colours, so that they step where
// the photo does. Computed only where a window sees both sides of the mask's edge.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/geometry.h"

namespace ssam {

// Logits are whole numbers inside the filter, so that its sums are exact: this many steps to one.
constexpr int kLogitSteps = 256;
// Beyond it a logit is taken as this: the fit is to look at sides, not at degrees of certainty.
constexpr int kLogitLimit = 4;
// Window sums fit 32 bits up to it.
constexpr int kMaxWindowRadius = 40;

// Linear coefficients, planes of the guide's size: near the edge
//     refined logit = red * r + green * g + blue * b + offset + (1 - weight) * logit,
// all of them 0 elsewhere. `weight` falls to 0 towards the end of the band: no seam.
struct GuidedPlanes {
    enum { kRed, kGreen, kBlue, kOffset, kWeight, kCount };

    Size size{};
    std::vector<float> values;  // kCount planes

    const float* row(int plane, int y) const {
        return values.data() + (static_cast<size_t>(plane) * static_cast<size_t>(size.height) +
                                static_cast<size_t>(y)) *
                                   static_cast<size_t>(size.width);
    }
    float* row(int plane, int y) {
        return const_cast<float*>(static_cast<const GuidedPlanes*>(this)->row(plane, y));
    }
};

// `guide`: RGB rows; `logits`: in steps, clamped to the limit, rows. Both of `size`.
GuidedPlanes guided_filter(const std::vector<uint8_t>& guide, const std::vector<int16_t>& logits,
                           Size size, int radius, double epsilon);

}  // namespace ssam
