// The core's plain functions on numpy arrays: for tools, tests and the Python package itself.
#pragma once

#include <algorithm>
#include <string_view>

#include "_core_support.h"

namespace ssam_py {

using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;
using Counts = py::array_t<uint32_t, py::array::c_style | py::array::forcecast>;

inline py::tuple fit(int32_t photo_width, int32_t photo_height, int32_t width, int32_t height) {
    int32_t w = 0, h = 0;
    check(ssam_fit(photo_width, photo_height, width, height, &w, &h));
    return py::make_tuple(w, h);
}

inline py::tuple covered(int32_t photo_width, int32_t photo_height, int32_t width, int32_t height,
                         int32_t map_width, int32_t map_height) {
    int32_t w = 0, h = 0;
    check(ssam_covered(photo_width, photo_height, width, height, map_width, map_height, &w, &h));
    return py::make_tuple(w, h);
}

inline py::array orient(const py::array& pixels, int32_t orientation) {
    const Image source = as_image(pixels, orientation);
    int32_t width = 0, height = 0;
    check(ssam_oriented_size(&source.image, &width, &height));
    auto out = pixels.ndim() == 2 ? new_array<uint8_t>({height, width})
                                  : new_array<uint8_t>({height, width, pixels.shape(2)});
    uint8_t* data = out.mutable_data();
    check(unlocked([&] { return ssam_orient(&source.image, data, 0); }));
    return out;
}

// A photo of two planes: luma H x W and chroma pairs h x w x 2, rows perhaps with gaps.
inline ssam_image two_planes(const py::array& luma, const py::array& chroma,
                             const std::string& range, const std::string& matrix,
                             int32_t orientation) {
    const bool bytes =
        luma.dtype().is(py::dtype::of<uint8_t>()) && chroma.dtype().is(py::dtype::of<uint8_t>());
    const bool shaped = luma.ndim() == 2 && chroma.ndim() == 3 && chroma.shape(2) == 2 &&
                        chroma.shape(0) == (luma.shape(0) + 1) / 2 &&
                        chroma.shape(1) == (luma.shape(1) + 1) / 2;
    if (!bytes || !shaped || luma.strides(1) != 1 || chroma.strides(1) != 2 ||
        chroma.strides(2) != 1) {
        raise(SSAM_ERROR_INVALID_ARGUMENT,
              "two planes are uint8 arrays HxW and ceil(H/2)xceil(W/2)x2 with packed rows");
    }
    ssam_image image{};
    image.data = static_cast<const uint8_t*>(luma.data());
    image.width = int32(luma.shape(1));
    image.height = int32(luma.shape(0));
    image.stride = luma.strides(0);
    image.format = SSAM_FORMAT_NV12;
    image.orientation = orientation;
    image.chroma = static_cast<const uint8_t*>(chroma.data());
    image.chroma_stride = chroma.strides(0);
    image.range = range == "video" ? SSAM_RANGE_VIDEO : range == "full" ? SSAM_RANGE_FULL : 0;
    image.matrix = matrix == "bt601"   ? SSAM_MATRIX_BT601
                   : matrix == "bt709" ? SSAM_MATRIX_BT709
                                       : 0;
    return image;
}

inline py::array nv12_to_rgb(const py::array& luma, const py::array& chroma,
                             const std::string& range, const std::string& matrix,
                             int32_t orientation) {
    const ssam_image source = two_planes(luma, chroma, range, matrix, orientation);
    int32_t width = 0, height = 0;
    check(ssam_oriented_size(&source, &width, &height));
    auto out = new_array<uint8_t>({height, width, 3});
    uint8_t* data = out.mutable_data();
    check(unlocked([&] { return ssam_orient(&source, data, 0); }));
    return out;
}

inline py::array nv12_resize(const py::array& luma, const py::array& chroma,
                             const std::string& range, const std::string& matrix, int32_t width,
                             int32_t height, int32_t orientation) {
    const ssam_image source = two_planes(luma, chroma, range, matrix, orientation);
    auto out = new_array<uint8_t>({std::max(height, 0), std::max(width, 0), 3});
    uint8_t* data = out.mutable_data();
    check(unlocked([&] { return ssam_resize(&source, width, height, data); }));
    return out;
}

inline py::array resize(const py::array& pixels, int32_t width, int32_t height,
                        int32_t orientation) {
    const Image source = as_image(pixels, orientation);
    auto out = new_array<uint8_t>({std::max(height, 0), std::max(width, 0), 3});
    uint8_t* data = out.mutable_data();
    check(unlocked([&] { return ssam_resize(&source.image, width, height, data); }));
    return out;
}

inline py::array planes(const Floats& points, const Floats& labels, int32_t width, int32_t height,
                        double radius, float box_default) {
    if (points.ndim() != 2 || points.shape(1) != 2 || labels.ndim() != 1 ||
        labels.shape(0) != points.shape(0)) {
        raise(SSAM_ERROR_INVALID_ARGUMENT, "points are Nx2 and labels N");
    }
    auto out = new_array<float>({2, std::max(height, 0), std::max(width, 0)});
    float* data = out.mutable_data();
    check(unlocked([&] {
        return ssam_draw_planes(points.data(), labels.data(), static_cast<size_t>(labels.shape(0)),
                                width, height, radius, box_default, data);
    }));
    return out;
}

inline py::array logits_to_heat(const Floats& logits) {
    auto out = new_array<uint8_t>(
        std::vector<py::ssize_t>(logits.shape(), logits.shape() + logits.ndim()));
    check(
        ssam_logits_to_heat(logits.data(), static_cast<size_t>(logits.size()), out.mutable_data()));
    return out;
}

inline py::dict saliency_to_clicks(const py::array& heat) {
    const Bitmap map = as_bitmap(heat);
    ssam_saliency found{};
    check(unlocked(
        [&] { return ssam_salient_clicks(map.data, map.width, map.height, map.stride, &found); }));
    py::list clicks;
    for (int32_t i = 0; i < found.count; ++i) {
        clicks.append(py::make_tuple(found.x[i], found.y[i]));
    }
    py::dict result;
    result["clicks"] = std::move(clicks);
    result["threshold"] = found.threshold;
    result["area"] = found.area;
    result["peak"] = found.peak;
    return result;
}

inline py::array upsample(const Floats& plane, int32_t width, int32_t height, double valid_width,
                          double valid_height) {
    if (plane.ndim() != 2) raise(SSAM_ERROR_INVALID_ARGUMENT, "a plane is HxW");
    const int32_t columns = int32(plane.shape(1)), rows = int32(plane.shape(0));
    auto out = new_array<float>({std::max(height, 0), std::max(width, 0)});
    float* data = out.mutable_data();
    check(unlocked([&] {
        return ssam_upsample(plane.data(), columns, rows, valid_width < 0 ? columns : valid_width,
                             valid_height < 0 ? rows : valid_height, width, height, data);
    }));
    return out;
}

inline py::array largest_component(const py::array& bitmap) {
    const Bitmap map = as_bitmap(bitmap);
    py::array out = new_array<bool>({map.height, map.width});
    uint8_t* data = bytes_of(out);
    check(unlocked([&] {
        return ssam_bitmap_keep_largest(map.data, map.width, map.height, map.stride, data);
    }));
    return out;
}

inline py::array fill_holes(const py::array& bitmap, int64_t max_area) {
    const Bitmap map = as_bitmap(bitmap);
    py::array out = new_array<bool>({map.height, map.width});
    uint8_t* data = bytes_of(out);
    check(unlocked([&] {
        return ssam_bitmap_fill_holes(map.data, map.width, map.height, map.stride, max_area, data);
    }));
    return out;
}

inline py::list contour(const py::array& bitmap, double epsilon) {
    const Bitmap map = as_bitmap(bitmap);
    ssam_contour* found = nullptr;
    check(unlocked([&] {
        return ssam_bitmap_contour(map.data, map.width, map.height, map.stride, epsilon, &found);
    }));
    return rings_of(found);
}

inline py::array rle(const py::array& bitmap) {
    const Bitmap map = as_bitmap(bitmap);
    return sized<uint32_t>([&](uint32_t* counts, size_t capacity, size_t* count) {
        return ssam_bitmap_rle_counts(map.data, map.width, map.height, map.stride, counts, capacity,
                                      count);
    });
}

inline std::string rle_to_string(const Counts& counts) {
    const auto size = static_cast<size_t>(counts.size());
    size_t length = 0;
    const ssam_status first = ssam_rle_to_string(counts.data(), size, nullptr, 0, &length);
    if (first != SSAM_ERROR_BUFFER_TOO_SMALL) check(first);
    std::string text(length + 1, '\0');
    check(ssam_rle_to_string(counts.data(), size, text.data(), text.size(), &length));
    text.resize(length);
    return text;
}

inline py::array rle_from_string(const std::string& text) {
    return sized<uint32_t>([&](uint32_t* counts, size_t capacity, size_t* count) {
        return ssam_rle_from_string(text.data(), text.size(), counts, capacity, count);
    });
}

inline py::array rle_decode(const Counts& counts, int32_t width, int32_t height) {
    py::array out = new_array<bool>({std::max(height, 0), std::max(width, 0)});
    uint8_t* data = bytes_of(out);
    check(unlocked([&] {
        return ssam_rle_decode(counts.data(), static_cast<size_t>(counts.size()), width, height, 1,
                               data);
    }));
    return out;
}

inline void add_functions(py::module_& m) {
    using py::arg;
    m.def("version", &ssam_version, "Version of the core, e.g. '0.1.0'.");
    m.def("schema_version", &ssam_schema_version, "Newest manifest schema the core reads.");
    m.def(
        "exif_orientation",
        [](std::string_view bytes) {
            return ssam_exif_orientation(reinterpret_cast<const uint8_t*>(bytes.data()),
                                         bytes.size());
        },
        arg("data"), "EXIF orientation 1...8 in an encoded photo; 1 when there is none.");
    m.def("orient", &orient, arg("pixels"), arg("orientation"),
          "Turns uint8 HxW[x3|x4] upright; a new array.");
    m.def("fit", &fit, arg("photo_width"), arg("photo_height"), arg("input_width"),
          arg("input_height"), "(width, height) a photo takes in a network input.");
    m.def("covered", &covered, arg("photo_width"), arg("photo_height"), arg("input_width"),
          arg("input_height"), arg("map_width"), arg("map_height"),
          "(columns, rows) of a map over a network input that the photo covers.");
    m.def("resize", &resize, arg("pixels"), arg("width"), arg("height"), arg("orientation") = 1,
          "Orients and resizes to uint8 height x width x 3, RGB.");
    m.def("nv12_to_rgb", &nv12_to_rgb, arg("luma"), arg("chroma"), arg("range"), arg("matrix"),
          arg("orientation") = 1, "A two-plane photo as upright RGB.");
    m.def("nv12_resize", &nv12_resize, arg("luma"), arg("chroma"), arg("range"), arg("matrix"),
          arg("width"), arg("height"), arg("orientation") = 1,
          "A two-plane photo upright and resized, RGB.");
    m.def("planes", &planes, arg("points"), arg("labels"), arg("width"), arg("height"),
          arg("radius"), arg("box_default") = 1.0F,
          "Prompt planes, float32 2xHxW: box, then signed clicks.");
    m.def("logits_to_heat", &logits_to_heat, arg("logits"), "round(255 * sigmoid), uint8.");
    m.def("saliency_to_clicks", &saliency_to_clicks, arg("heat"),
          "dict of clicks [(x, y)], threshold, area, peak for a uint8 HxW heat map.");
    m.def("upsample", &upsample, arg("plane"), arg("width"), arg("height"),
          arg("valid_width") = -1.0, arg("valid_height") = -1.0,
          "Bilinear float32 HxW; the valid part defaults to the whole plane.");
    m.def("largest_component", &largest_component, arg("bitmap"),
          "Largest 8-connected piece of a bool or uint8 HxW bitmap, bool HxW.");
    m.def("fill_holes", &fill_holes, arg("bitmap"), arg("max_area") = -1,
          "Fills 4-connected holes of at most max_area pixels (-1: all), bool HxW.");
    m.def("contour", &contour, arg("bitmap"), arg("epsilon") = 0.0,
          "List of (float32 Nx2 ring in edge coordinates, parent index or -1).");
    m.def("rle", &rle, arg("bitmap"), "COCO run lengths, uint32.");
    m.def("rle_to_string", &rle_to_string, arg("counts"), "COCO's compressed string.");
    m.def("rle_from_string", &rle_from_string, arg("text"), "Run lengths of such a string.");
    m.def("rle_decode", &rle_decode, arg("counts"), arg("width"), arg("height"),
          "Run lengths to bool HxW.");
    m.def(
        "sha256",
        [](std::string_view bytes) {
            char hex[65];
            check(ssam_sha256(bytes.data(), bytes.size(), hex));
            return std::string(hex);
        },
        arg("data"), "sha256 of bytes as 64 hex digits.");
}

}  // namespace ssam_py
