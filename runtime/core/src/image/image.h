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
    // Upright (x, y) is stored (u, v): take (x, y), swap them if `transpose`, then flip.
    bool transpose;
    bool flip_u;
    bool flip_v;
    std::optional<ChromaPlane> chroma;  // of a two-plane photo: `data` is its luma

    // Row `v` of a two-plane photo as RGB, columns begin ... begin + count - 1.
    void write_rgb(int v, int begin, int count, uint8_t* rgb) const {
        yuv_to_rgb(*chroma, data + v * stride, chroma->data + v / 2 * chroma->stride, begin, count,
                   rgb);
    }

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

// The rectangle `rect` of the upright image as RGBA with alpha 255.
void orient_to_rgba(const ImageView& image, const Rect& rect, uint8_t* out, ptrdiff_t stride);

}  // namespace ssam
