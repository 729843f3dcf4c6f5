#include "image/image.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <utility>

#include "base/failure.h"

namespace ssam {
namespace {

// A turn by 90 degrees reads down columns; in tiles the rows touched stay in the cache.
constexpr int kTile = 32;

// Address of upright (0, 0) in the stored rows and the steps to its right and lower neighbours.
struct Walk {
    const uint8_t* origin;
    ptrdiff_t right;
    ptrdiff_t down;
};

Walk walk_upright(const ImageView& image) {
    const ptrdiff_t u_step = image.flip_u ? -image.channels : image.channels;
    const ptrdiff_t v_step = image.flip_v ? -image.stride : image.stride;
    const uint8_t* origin = image.data +
                            (image.flip_u ? ptrdiff_t{image.width - 1} * image.channels : 0) +
                            (image.flip_v ? ptrdiff_t{image.height - 1} * image.stride : 0);
    return image.transpose ? Walk{origin, v_step, u_step} : Walk{origin, u_step, v_step};
}

template <int kOutBytes, typename Pixel>
void copy_pixels(const ImageView& image, const Rect& rect, uint8_t* out, ptrdiff_t stride,
                 Pixel&& pixel) {
    const Walk walk = walk_upright(image);
    const int tile_width = image.transpose ? kTile : rect.width;
    const int tile_height = image.transpose ? kTile : 1;
    for (int y0 = 0; y0 < rect.height; y0 += tile_height) {
        const int y1 = std::min(y0 + tile_height, rect.height);
        for (int x0 = 0; x0 < rect.width; x0 += tile_width) {
            const int x1 = std::min(x0 + tile_width, rect.width);
            for (int y = y0; y < y1; ++y) {
                const uint8_t* from =
                    walk.origin + (rect.y + y) * walk.down + (rect.x + x0) * walk.right;
                uint8_t* to = out + y * stride + ptrdiff_t{x0} * kOutBytes;
                for (int x = x0; x < x1; ++x) {
                    pixel(from, to);
                    from += walk.right;
                    to += kOutBytes;
                }
            }
        }
    }
}

// The same for a two-plane photo: `kOutBytes` is 3 or 4, alpha 255.
template <int kOutBytes>
void copy_two_planes(const ImageView& image, const Rect& rect, uint8_t* out, ptrdiff_t stride) {
    // The stored pixels of the rectangle, and where its upright corner is among them.
    const Rect upright = image.transpose ? Rect{rect.y, rect.x, rect.height, rect.width} : rect;
    const int u0 = image.flip_u ? image.width - upright.x - upright.width : upright.x;
    const int v0 = image.flip_v ? image.height - upright.y - upright.height : upright.y;
    ptrdiff_t right = kOutBytes;
    ptrdiff_t down = stride;
    if (image.transpose) {
        std::swap(right, down);
    }
    uint8_t rgb[kTile * 3];
    for (int top = 0; top < upright.height; top += kTile) {
        const int bottom = std::min(top + kTile, upright.height);
        for (int left = 0; left < upright.width; left += kTile) {
            const int count = std::min(kTile, upright.width - left);
            for (int v = top; v < bottom; ++v) {
                image.write_rgb(v0 + v, u0 + left, count, rgb);
                const int row = image.flip_v ? upright.height - 1 - v : v;
                const int column = image.flip_u ? upright.width - 1 - left : left;
                uint8_t* to = out + row * down + column * right;
                const ptrdiff_t step = image.flip_u ? -right : right;
                for (int i = 0; i < count; ++i, to += step) {
                    std::memcpy(to, rgb + 3 * i, 3);
                    if (kOutBytes == 4) {
                        to[3] = 255;
                    }
                }
            }
        }
    }
}

template <int kBytes>
void orient_same_format(const ImageView& image, uint8_t* out, ptrdiff_t stride) {
    const Rect all{0, 0, image.upright_width(), image.upright_height()};
    copy_pixels<kBytes>(image, all, out, stride,
                        [](const uint8_t* from, uint8_t* to) { std::memcpy(to, from, kBytes); });
}

// round((colour * alpha + 255 * (255 - alpha)) / 255), exact.
uint8_t over_white(unsigned colour, unsigned alpha) {
    return static_cast<uint8_t>((colour * alpha + 255 * (255 - alpha) + 127) / 255);
}

}  // namespace

void ImageView::write_rgb(int v, int begin, int count, uint8_t* rgb) const {
    if (chroma) {
        yuv_to_rgb(*chroma, data + v * stride, chroma->data + v / 2 * chroma->stride, begin, count,
                   rgb);
        return;
    }
    const uint8_t* from = data + v * stride + ptrdiff_t{begin} * 4;
    const int red = swap_red_blue ? 2 : 0;
    for (int i = 0; i < count; ++i, from += 4, rgb += 3) {
        rgb[0] = over_white(from[red], from[3]);
        rgb[1] = over_white(from[1], from[3]);
        rgb[2] = over_white(from[2 - red], from[3]);
    }
}

void lay_over_white(uint8_t* rgba, size_t count) {
    for (size_t i = 0; i < count; ++i, rgba += 4) {
        for (int c = 0; c < 3; ++c) {
            rgba[c] = over_white(rgba[c], rgba[3]);
        }
    }
}

bool is_all_clear(const ImageView& image) {
    for (int v = 0; image.has_alpha && v < image.height; ++v) {
        const uint8_t* row = image.data + v * image.stride;
        for (int u = 0; u < image.width; ++u) {
            if (row[ptrdiff_t{u} * 4 + 3] != 0) {
                return false;
            }
        }
    }
    return image.has_alpha;
}

void check_photo_size(int64_t width, int64_t height) {
    const std::string size = std::to_string(width) + "x" + std::to_string(height);
    if (width < 1 || height < 1) {
        fail(SSAM_ERROR_PHOTO, "the photo has no pixels (" + size + ")");
    }
    if (width > SSAM_MAX_SIDE || height > SSAM_MAX_SIDE || width * height > SSAM_MAX_PIXELS) {
        fail(SSAM_ERROR_PHOTO, "the photo is too large (" + size + "): at most " +
                                   std::to_string(SSAM_MAX_SIDE) + " pixels a side and " +
                                   std::to_string(SSAM_MAX_PIXELS) + " in all");
    }
}

ptrdiff_t check_stride(int64_t given, int64_t row, int64_t rows) {
    const int64_t stride = given == 0 ? row : given;
    if (stride < row) {
        fail(SSAM_ERROR_INVALID_ARGUMENT, "the stride " + std::to_string(given) +
                                              " is less than a row of " + std::to_string(row));
    }
    if (stride > std::numeric_limits<ptrdiff_t>::max() / std::max<int64_t>(rows, 1)) {
        fail(SSAM_ERROR_INVALID_ARGUMENT,
             "the stride " + std::to_string(given) + " is beyond this machine's memory");
    }
    return static_cast<ptrdiff_t>(stride);
}

ImageView check_image(const ssam_image* description) {
    const ssam_image& image = not_null(description, "image");
    check_photo_size(image.width, image.height);
    not_null(image.data, "image.data");
    int channels = 0;
    switch (image.format) {
        case SSAM_FORMAT_RGB:
            channels = 3;
            break;
        case SSAM_FORMAT_RGBA:
        case SSAM_FORMAT_BGRA:
        case SSAM_FORMAT_RGBA_STRAIGHT:
        case SSAM_FORMAT_BGRA_STRAIGHT:
            channels = 4;
            break;
        case SSAM_FORMAT_GRAY:
            channels = 1;
            break;
        case SSAM_FORMAT_NV12:
        case SSAM_FORMAT_NV21:
            channels = 3;
            break;
        default:
            fail(SSAM_ERROR_INVALID_ARGUMENT,
                 "image.format " + std::to_string(image.format) + " is not a SSAM_FORMAT");
    }
    const int orientation = image.orientation == 0 ? 1 : image.orientation;
    if (orientation < 1 || orientation > 8) {
        fail(SSAM_ERROR_INVALID_ARGUMENT,
             "image.orientation " + std::to_string(image.orientation) + " is not 1 to 8");
    }
    ImageView view{};
    view.data = image.data;
    view.width = image.width;
    view.height = image.height;
    const bool two_planes = image.format == SSAM_FORMAT_NV12 || image.format == SSAM_FORMAT_NV21;
    const int stored_bytes = two_planes ? 1 : channels;
    view.stride = check_stride(image.stride, int64_t{image.width} * stored_bytes, image.height);
    if (two_planes) {
        view.chroma = check_chroma(image);
    }
    view.channels = channels;
    view.swap_red_blue =
        image.format == SSAM_FORMAT_BGRA || image.format == SSAM_FORMAT_BGRA_STRAIGHT;
    view.has_alpha =
        image.format == SSAM_FORMAT_RGBA_STRAIGHT || image.format == SSAM_FORMAT_BGRA_STRAIGHT;
    view.transpose = orientation >= 5;
    view.flip_u = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    view.flip_v = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    return view;
}

void orient(const ImageView& image, uint8_t* out, ptrdiff_t stride) {
    if (image.chroma) {
        const Rect all{0, 0, image.upright_width(), image.upright_height()};
        copy_two_planes<3>(image, all, out, stride);
        return;
    }
    if (!image.transpose && !image.flip_u) {
        const Walk walk = walk_upright(image);
        const size_t row = static_cast<size_t>(image.width) * static_cast<size_t>(image.channels);
        for (int y = 0; y < image.height; ++y) {
            std::memcpy(out + y * stride, walk.origin + y * walk.down, row);
        }
    } else if (image.channels == 1) {
        orient_same_format<1>(image, out, stride);
    } else if (image.channels == 3) {
        orient_same_format<3>(image, out, stride);
    } else {
        orient_same_format<4>(image, out, stride);
    }
}

void orient_to_rgba(const ImageView& image, const Rect& rect, uint8_t* out, ptrdiff_t stride) {
    if (image.chroma) {
        copy_two_planes<4>(image, rect, out, stride);
        return;
    }
    const int red = image.swap_red_blue ? 2 : 0;
    const int green = image.channels == 1 ? 0 : 1;
    const int blue = image.channels == 1 ? 0 : 2 - red;
    const uint8_t opaque = image.has_alpha ? 0 : 255;
    const int alpha = image.has_alpha ? 3 : 0;
    copy_pixels<4>(image, rect, out, stride, [=](const uint8_t* from, uint8_t* to) {
        to[0] = from[red];
        to[1] = from[green];
        to[2] = from[blue];
        to[3] = static_cast<uint8_t>(from[alpha] | opaque);
    });
}

}  // namespace ssam
