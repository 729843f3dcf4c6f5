// A photo as the caller holds it, checked, and the turning of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "image/nv12.h"
#include "squeezesam/ssam.h"

namespace ssam {

// A validated ssam_image. Sizes are those of the stored rows.
struct ImageView {
    const uint8_t* data;
    int width;
    int height;
    ptrdiff_t stride;
    int channels;  // bytes a pixel; of a two-plane photo: 3, once it is RGB
    bool swap_red_blue;
    bool has_alpha;  // the fourth byte counts; it is straight alpha
    // Upright (x, y) is stored (u, v): take (x, y), swap them if `transpose`, then flip.
    bool transpose;
    bool flip_u;
    bool flip_v;
    std::optional<ChromaPlane> chroma;  // of a two-plane photo: `data` is its luma

    // Whether its pixels have to be converted before they can be averaged as RGB.
    bool needs_rgb() const { return chroma.has_value() || has_alpha; }

    // Row `v` of a photo that needs it as RGB, columns begin ... begin + count - 1: two planes
    // converted, straight alpha over white.
    void write_rgb(int v, int begin, int count, uint8_t* rgb) const;

    int upright_width() const { return transpose ? height : width; }
    int upright_height() const { return transpose ? width : height; }
};

struct Rect {
    int x;
    int y;
    int width;
    int height;
};

// Throws Failure for a description that cannot be a photo.
ImageView check_image(const ssam_image* image);

// Throws SSAM_ERROR_PHOTO unless 1 <= sides <= SSAM_MAX_SIDE and at most SSAM_MAX_PIXELS.
void check_photo_size(int64_t width, int64_t height);

// Bytes from an output row to the next. `given` 0: `row`; else it must be at least `row`, and
// `rows` of them must fit the address space.
ptrdiff_t check_stride(int64_t given, int64_t row, int64_t rows);

// `image` upright, in its own pixel format; a two-plane photo as RGB.
void orient(const ImageView& image, uint8_t* out, ptrdiff_t stride);

// The rectangle `rect` of the upright image as RGBA: its own alpha where it has one, else 255.
void orient_to_rgba(const ImageView& image, const Rect& rect, uint8_t* out, ptrdiff_t stride);

// round(a * b / 255) for bytes, exact.
inline uint8_t times(unsigned a, unsigned b) {
    const unsigned product = a * b + 128;
    return static_cast<uint8_t>((product + (product >> 8)) >> 8);
}

// Lays `count` straight RGBA pixels over white; their alpha stays.
void lay_over_white(uint8_t* rgba, size_t count);

// Whether no pixel of it can be seen.
bool is_all_clear(const ImageView& image);

}  // namespace ssam
