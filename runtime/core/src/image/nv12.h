// Two-plane photos (NV12, NV21) to RGB, exact to the bit on every machine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "squeezesam/ssam.h"

namespace ssam {

// One of the four combinations of range and matrix, in units of 1 / 65536.
struct YuvMatrix {
    int32_t luma_offset;
    int32_t luma;
    int32_t red_v;
    int32_t green_u;
    int32_t green_v;
    int32_t blue_u;
};

// The second plane of a photo, and how both become RGB.
struct ChromaPlane {
    const uint8_t* data;
    ptrdiff_t stride;
    bool red_first;  // Cr before Cb: NV21
    YuvMatrix matrix;
};

// Of a validated description whose format is NV12 or NV21. Throws Failure for a plane, stride,
// range or matrix that cannot be.
ChromaPlane check_chroma(const ssam_image& image);

// `count` pixels to RGB, from column `begin` of a stored row on. `luma` and `pairs` are the first
// bytes of the row and of its row of pairs.
void yuv_to_rgb(const ChromaPlane& chroma, const uint8_t* luma, const uint8_t* pairs, int begin,
                int count, uint8_t* rgb);

}  // namespace ssam
