// Where a mask's edge may be soft: a band round it, on the work picture.
#pragma once

#include <cstdint>
#include <vector>

#include "image/geometry.h"
#include "mask/prediction.h"

namespace ssam {

// The band reaches this share of the longer side to either side of the edge, and at least this
// many pixels of the work picture; where the network is certain, half as far.
constexpr float kBandShare = 0.01f;
constexpr float kLeastBand = 2.0f;

struct EdgeBand {
    Size size{};
    float radius = 0;  // the widest, in pixels of the work picture
    // The mask's own say: 255 inside, 0 outside, 128 and more for the object; in the band a ramp
    // across the edge, in other rows how much of a pixel is covered.
    std::vector<uint8_t> coverage;
    std::vector<float> fade;       // 1 at the edge, falling to 0 where the band ends; 0 outside
    std::vector<uint8_t> row_has;  // 1 for rows with any fade above 0

    const uint8_t* coverage_row(int y) const { return coverage.data() + at(y); }
    const float* fade_row(int y) const { return fade.data() + at(y); }

 private:
    size_t at(int y) const { return static_cast<size_t>(y) * static_cast<size_t>(size.width); }
};

float band_radius(Size work);

// `work`: at most the photo's size. Every pixel of the photo counts for one of the work picture.
EdgeBand find_band(const Mask& mask, Size work);

}  // namespace ssam
