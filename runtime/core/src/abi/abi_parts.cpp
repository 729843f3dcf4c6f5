// ssam.h: photos and the parts as plain functions.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "abi/handles.h"
#include "base/sha256.h"
#include "base/sigmoid_byte.h"
#include "image/exif.h"
#include "image/geometry.h"
#include "image/resize.h"
#include "mask/components.h"
#include "mask/rle.h"
#include "prompts/planes.h"
#include "prompts/saliency.h"

using ssam::fail;
using ssam::guarded;
using ssam::not_null;

namespace {

constexpr int32_t kMaxMapSide = 16384;  // of heat maps, planes and network inputs

void check_map(int32_t width, int32_t height, const char* name) {
    if (width < 1 || height < 1 || width > kMaxMapSide || height > kMaxMapSide) {
        fail(SSAM_ERROR_INVALID_ARGUMENT,
             std::string(name) + " must be 1 to " + std::to_string(kMaxMapSide) + " pixels a side");
    }
}

ssam::RunMask open_bitmap(const uint8_t* bitmap, int32_t width, int32_t height, int64_t stride) {
    not_null(bitmap, "bitmap");
    ssam::check_photo_size(width, height);
    return ssam::runs_of_bitmap(bitmap, width, height, ssam::check_stride(stride, width, height));
}

}  // namespace

int32_t ssam_exif_orientation(const uint8_t* bytes, size_t size) {
    return ssam::exif_orientation(bytes, size);
}

ssam_status ssam_oriented_size(const ssam_image* image, int32_t* width, int32_t* height) {
    return guarded([&] {
        const ssam::ImageView view = ssam::check_image(image);
        not_null(width, "width");
        not_null(height, "height") = view.upright_height();
        *width = view.upright_width();
    });
}

ssam_status ssam_orient(const ssam_image* image, uint8_t* out, int64_t stride) {
    return guarded([&] {
        const ssam::ImageView view = ssam::check_image(image);
        not_null(out, "out");
        const int64_t row = int64_t{view.upright_width()} * view.channels;
        ssam::orient(view, out, ssam::check_stride(stride, row, view.upright_height()));
    });
}

ssam_status ssam_fit(int32_t photo_width, int32_t photo_height, int32_t input_width,
                     int32_t input_height, int32_t* width, int32_t* height) {
    return guarded([&] {
        ssam::check_photo_size(photo_width, photo_height);
        check_map(input_width, input_height, "a network input");
        not_null(width, "width");
        not_null(height, "height");
        const ssam::Size size = ssam::fit({photo_width, photo_height}, {input_width, input_height});
        *width = size.width;
        *height = size.height;
    });
}

ssam_status ssam_covered(int32_t photo_width, int32_t photo_height, int32_t input_width,
                         int32_t input_height, int32_t map_width, int32_t map_height,
                         int32_t* width, int32_t* height) {
    return guarded([&] {
        ssam::check_photo_size(photo_width, photo_height);
        check_map(input_width, input_height, "a network input");
        check_map(map_width, map_height, "a map");
        not_null(width, "width");
        not_null(height, "height");
        const ssam::Size size = ssam::fit({photo_width, photo_height}, {input_width, input_height});
        *width = ssam::covered(size.width, input_width, map_width);
        *height = ssam::covered(size.height, input_height, map_height);
    });
}

ssam_status ssam_resize(const ssam_image* image, int32_t width, int32_t height, uint8_t* out) {
    return guarded([&] {
        const ssam::ImageView view = ssam::check_image(image);
        not_null(out, "out");
        const std::vector<uint8_t> resized = ssam::resize_rgb(view, {width, height});
        std::copy(resized.begin(), resized.end(), out);
    });
}

ssam_status ssam_draw_planes(const float* points, const float* labels, size_t count, int32_t width,
                             int32_t height, double radius, float box_default, float* out) {
    return guarded([&] {
        check_map(width, height, "planes");
        not_null(out, "out");
        if (count > 0) {
            not_null(points, "points");
            not_null(labels, "labels");
        }
        if (!(radius >= 0 && radius <= kMaxMapSide)) {
            fail(SSAM_ERROR_INVALID_ARGUMENT,
                 "the radius must be 0 to " + std::to_string(kMaxMapSide) + " pixels");
        }
        if (!std::all_of(points, points + 2 * count, [](float v) { return std::isfinite(v); })) {
            fail(SSAM_ERROR_INVALID_ARGUMENT, "a point is not a number");
        }
        ssam::draw_planes(points, labels, count, {width, height}, radius, box_default, out);
    });
}

ssam_status ssam_logits_to_heat(const float* logits, size_t count, uint8_t* heat) {
    return guarded([&] {
        if (count > 0) {
            not_null(logits, "logits");
            not_null(heat, "heat");
            std::transform(logits, logits + count, heat, ssam::SigmoidByte::get());
        }
    });
}

ssam_status ssam_salient_clicks(const uint8_t* heat, int32_t width, int32_t height, int64_t stride,
                                ssam_saliency* result) {
    return guarded([&] {
        not_null(heat, "heat");
        check_map(width, height, "a heat map");
        not_null(result, "result") =
            ssam::salient_clicks(heat, width, height, ssam::check_stride(stride, width, height));
    });
}

ssam_status ssam_upsample(const float* plane, int32_t plane_width, int32_t plane_height,
                          double valid_width, double valid_height, int32_t width, int32_t height,
                          float* out) {
    return guarded([&] {
        not_null(plane, "plane");
        not_null(out, "out");
        check_map(plane_width, plane_height, "a plane");
        ssam::check_photo_size(width, height);
        if (!(valid_width > 0 && valid_width <= plane_width && valid_height > 0 &&
              valid_height <= plane_height)) {
            fail(SSAM_ERROR_INVALID_ARGUMENT, "the valid part must lie inside the plane");
        }
        ssam::Upsampler upsampler({plane, plane_width, plane_height, valid_width, valid_height},
                                  {width, height});
        for (int y = 0; y < height; ++y) {
            upsampler.write_row(y, out + ptrdiff_t{y} * width);
        }
    });
}

ssam_status ssam_bitmap_keep_largest(const uint8_t* bitmap, int32_t width, int32_t height,
                                     int64_t stride, uint8_t* out) {
    return guarded([&] {
        not_null(out, "out");
        const ssam::RunMask mask = open_bitmap(bitmap, width, height, stride);
        ssam::render(ssam::keep_largest(mask), 1, out, width);
    });
}

ssam_status ssam_bitmap_fill_holes(const uint8_t* bitmap, int32_t width, int32_t height,
                                   int64_t stride, int64_t max_area, uint8_t* out) {
    return guarded([&] {
        not_null(out, "out");
        const ssam::RunMask mask = open_bitmap(bitmap, width, height, stride);
        ssam::render(ssam::fill_holes(mask, max_area), 1, out, width);
    });
}

ssam_status ssam_bitmap_contour(const uint8_t* bitmap, int32_t width, int32_t height,
                                int64_t stride, double epsilon, ssam_contour** contour) {
    return guarded([&] {
        not_null(contour, "contour");
        *contour = ssam::make_contour(open_bitmap(bitmap, width, height, stride), epsilon);
    });
}

ssam_status ssam_bitmap_rle_counts(const uint8_t* bitmap, int32_t width, int32_t height,
                                   int64_t stride, uint32_t* counts, size_t capacity,
                                   size_t* count) {
    return guarded([&] {
        const std::vector<uint32_t> all =
            ssam::rle_counts(open_bitmap(bitmap, width, height, stride));
        ssam::hand_out(all.data(), all.size(), counts, capacity, count);
    });
}

ssam_status ssam_rle_to_string(const uint32_t* counts, size_t count, char* out, size_t capacity,
                               size_t* length) {
    return guarded([&] {
        if (count > 0) {
            not_null(counts, "counts");
        }
        ssam::hand_out_text(ssam::rle_to_string(counts, count), out, capacity, length);
    });
}

ssam_status ssam_rle_from_string(const char* string, size_t length, uint32_t* counts,
                                 size_t capacity, size_t* count) {
    return guarded([&] {
        const std::vector<uint32_t> all =
            ssam::rle_from_string({&not_null(string, "string"), length});
        ssam::hand_out(all.data(), all.size(), counts, capacity, count);
    });
}

ssam_status ssam_rle_decode(const uint32_t* counts, size_t count, int32_t width, int32_t height,
                            uint8_t value, uint8_t* out) {
    return guarded([&] {
        not_null(out, "out");
        if (count > 0) {
            not_null(counts, "counts");
        }
        ssam::check_photo_size(width, height);
        ssam::rle_decode(counts, count, width, height, value, out);
    });
}

ssam_status ssam_sha256(const void* bytes, size_t size, char hex[65]) {
    return guarded([&] {
        if (size > 0) {
            not_null(static_cast<const char*>(bytes), "bytes");
        }
        ssam::Sha256 hash;
        hash.add(bytes, size);
        const std::string digits = hash.finish();
        std::memcpy(&not_null(hex, "hex"), digits.c_str(), digits.size() + 1);
    });
}
