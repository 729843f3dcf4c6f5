#include "nv12.h"

#include <algorithm>
#include <string>

#include "exact_arithmetic.h"
#include "failure.h"
#include "image.h"

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

uint8_t to_byte(int32_t value) {
    // Right shift of a negative number rounds down on all compilers we build with (C++20 says so).
    return static_cast<uint8_t>(std::clamp(value >> kBits, 0, 255));
}

// What a pair of chroma bytes adds to each channel, rounding included.
struct Tint {
    int32_t red;
    int32_t green;
    int32_t blue;
};

Tint tint_of(const ChromaPlane& chroma, const uint8_t* pair) {
    const int32_t u = pair[chroma.red_first ? 1 : 0] - 128;
    const int32_t v = pair[chroma.red_first ? 0 : 1] - 128;
    const YuvMatrix& m = chroma.matrix;
    const int32_t base = kHalf - m.luma * m.luma_offset;
    return {base + m.red_v * v, base - m.green_u * u - m.green_v * v, base + m.blue_u * u};
}

void write_pixel(const Tint& tint, int32_t luma, uint8_t* rgb) {
    rgb[0] = to_byte(luma + tint.red);
    rgb[1] = to_byte(luma + tint.green);
    rgb[2] = to_byte(luma + tint.blue);
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
    const int32_t scale = chroma.matrix.luma;
    const int end = begin + count;
    int x = begin;
    if (x % 2 != 0 && x < end) {
        write_pixel(tint_of(chroma, pairs + x - 1), scale * luma[x], rgb);
        rgb += 3;
        ++x;
    }
    for (; x + 1 < end; x += 2, rgb += 6) {
        const Tint tint = tint_of(chroma, pairs + x);
        write_pixel(tint, scale * luma[x], rgb);
        write_pixel(tint, scale * luma[x + 1], rgb + 3);
    }
    if (x < end) {
        write_pixel(tint_of(chroma, pairs + x), scale * luma[x], rgb);
    }
}

}  // namespace ssam
