#include "image/nv12.h"

#include <string>

#include "base/exact_arithmetic.h"
#include "base/failure.h"
#include "image/image.h"

namespace ssam {
namespace {

constexpr int kBits = 16;
constexpr int32_t kHalf = 1 << (kBits - 1);

int32_t fixed(double value) { return static_cast<int32_t>(value * (1 << kBits) + 0.5); }

// `red` and `blue` are the parts of red and blue in luma, which define the matrix.
YuvMatrix make_matrix(double red, double blue, int32_t range) {
    const bool video = range == SSAM_RANGE_VIDEO;
    const double chroma = video ? 255.0 / 224.0 : 1.0;
    const double green = 1.0 - red - blue;
    return {video ? 16 : 0,
            fixed(video ? 255.0 / 219.0 : 1.0),
            fixed(chroma * 2.0 * (1.0 - red)),
            fixed(chroma * 2.0 * blue * (1.0 - blue) / green),
            fixed(chroma * 2.0 * red * (1.0 - red) / green),
            fixed(chroma * 2.0 * (1.0 - blue))};
}

// Pixels worked on together, an even number.
constexpr int kBlock = 512;

// One channel of a block. Right shift of a negative number rounds down on all compilers we build
// with (C++20 says so).
void to_bytes(const int32_t* luma, const int32_t* tint, int pixels, uint8_t* out) {
    for (int i = 0; i < pixels; ++i) {
        const int32_t level = (luma[i] + tint[i]) >> kBits;
        const int32_t above = level < 0 ? 0 : level;
        out[i] = static_cast<uint8_t>(above > 255 ? 255 : above);
    }
}

// A block from an even column on, in loops over one channel each: compilers vectorise those.
void convert_block(const ChromaPlane& chroma, const uint8_t* luma, const uint8_t* pairs, int pixels,
                   uint8_t (&bytes)[3][kBlock]) {
    const YuvMatrix& m = chroma.matrix;
    const int32_t base = kHalf - m.luma * m.luma_offset;
    const int first_u = chroma.red_first ? 1 : 0;
    int32_t scaled[kBlock];
    int32_t tint[3][kBlock];
    for (int i = 0; i < pixels; ++i) {
        scaled[i] = m.luma * luma[i];
    }
    for (int i = 0; i < pixels; i += 2) {
        const int32_t u = pairs[i + first_u] - 128;
        const int32_t v = pairs[i + 1 - first_u] - 128;
        tint[0][i] = tint[0][i + 1] = base + m.red_v * v;
        tint[1][i] = tint[1][i + 1] = base - m.green_u * u - m.green_v * v;
        tint[2][i] = tint[2][i + 1] = base + m.blue_u * u;
    }
    for (int c = 0; c < 3; ++c) {
        to_bytes(scaled, tint[c], pixels, bytes[c]);
    }
}

}  // namespace

ChromaPlane check_chroma(const ssam_image& image) {
    not_null(image.chroma, "image.chroma");
    if (image.range != SSAM_RANGE_VIDEO && image.range != SSAM_RANGE_FULL) {
        fail(SSAM_ERROR_INVALID_ARGUMENT,
             "image.range " + std::to_string(image.range) + " is not a SSAM_RANGE");
    }
    if (image.matrix != SSAM_MATRIX_BT601 && image.matrix != SSAM_MATRIX_BT709) {
        fail(SSAM_ERROR_INVALID_ARGUMENT,
             "image.matrix " + std::to_string(image.matrix) + " is not a SSAM_MATRIX");
    }
    const int64_t columns = (int64_t{image.width} + 1) / 2;
    const int64_t rows = (int64_t{image.height} + 1) / 2;
    const bool old = image.matrix == SSAM_MATRIX_BT601;
    return {image.chroma, check_stride(image.chroma_stride, 2 * columns, rows),
            image.format == SSAM_FORMAT_NV21,
            make_matrix(old ? 0.299 : 0.2126, old ? 0.114 : 0.0722, image.range)};
}

void yuv_to_rgb(const ChromaPlane& chroma, const uint8_t* luma, const uint8_t* pairs, int begin,
                int count, uint8_t* rgb) {
    uint8_t bytes[3][kBlock];
    const int end = begin + count;
    for (int at = begin; at < end;) {
        const int even = at - at % 2;
        const int stop = end - even < kBlock ? end : even + kBlock;
        convert_block(chroma, luma + even, pairs + even, stop - even, bytes);
        for (int i = at - even; i < stop - even; ++i, rgb += 3) {
            rgb[0] = bytes[0][i];
            rgb[1] = bytes[1][i];
            rgb[2] = bytes[2][i];
        }
        at = stop;
    }
}

}  // namespace ssam
