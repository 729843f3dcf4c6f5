// What both halves of the extension module share: status codes to exceptions, arrays to images.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "squeezesam/ssam.h"

namespace ssam_py {

namespace py = pybind11;

inline py::object error_class(ssam_status status) {
    const char* name = "InternalError";
    switch (status) {
        case SSAM_ERROR_INVALID_ARGUMENT:
            name = "InvalidArgumentError";
            break;
        case SSAM_ERROR_STATE:
            name = "StateError";
            break;
        case SSAM_ERROR_OUT_OF_MEMORY:
            name = "OutOfMemoryError";
            break;
        case SSAM_ERROR_BUSY:
            name = "BusyError";
            break;
        case SSAM_ERROR_CANCELLED:
            name = "CancelledError";
            break;
        case SSAM_ERROR_PHOTO:
            name = "PhotoError";
            break;
        case SSAM_ERROR_PROMPT:
            name = "PromptError";
            break;
        case SSAM_ERROR_PROMPT_UNSUPPORTED:
            name = "PromptUnsupportedError";
            break;
        case SSAM_ERROR_NOTHING_STANDS_OUT:
            name = "NothingStandsOutError";
            break;
        case SSAM_ERROR_BUNDLE:
            name = "BundleError";
            break;
        case SSAM_ERROR_BUNDLE_DAMAGED:
            name = "BundleDamagedError";
            break;
        case SSAM_ERROR_BUNDLE_VERSION:
            name = "BundleVersionError";
            break;
        case SSAM_ERROR_ENGINE:
            name = "EngineError";
            break;
        default:
            break;
    }
    return py::module_::import("squeezesam.errors").attr(name);
}

[[noreturn]] inline void raise(ssam_status status, const std::string& sentence) {
    // File names in it need not be valid UTF-8.
    const auto text = py::reinterpret_steal<py::object>(PyUnicode_DecodeUTF8(
        sentence.data(), static_cast<py::ssize_t>(sentence.size()), "backslashreplace"));
    if (text) PyErr_SetObject(error_class(status).ptr(), text.ptr());
    throw py::error_already_set();
}

// The core keeps its sentence per thread, and we are still on the thread that failed.
inline void check(ssam_status status) {
    if (status != SSAM_OK) raise(status, ssam_last_error());
}

// Runs `call` without Python's lock. Nothing in it may touch a Python object.
template <typename Call>
ssam_status unlocked(Call&& call) {
    py::gil_scoped_release released;
    return call();
}

inline int32_t int32(py::ssize_t value) {
    if (value > std::numeric_limits<int32_t>::max() ||
        value < std::numeric_limits<int32_t>::min()) {
        raise(SSAM_ERROR_INVALID_ARGUMENT, "an array side does not fit 32 bits");
    }
    return static_cast<int32_t>(value);
}

// An array whose pixels lie side by side; rows may have gaps. Any other layout is copied.
inline py::array packed_rows(py::array array, py::ssize_t pixel_bytes) {
    const bool packed = array.strides(array.ndim() - 1) == 1 &&
                        (array.ndim() == 2 || array.strides(1) == pixel_bytes) &&
                        array.strides(0) >= array.shape(1) * pixel_bytes;
    return packed ? array : py::array_t<uint8_t, py::array::c_style>::ensure(array);
}

// A borrowed image; `array` keeps the memory alive.
struct Image {
    py::array array;
    ssam_image image;
};

// `straight`: the alpha of HxWx4 counts.
inline Image as_image(const py::array& pixels, int32_t orientation, bool straight = false) {
    const py::ssize_t channels = pixels.ndim() == 3 ? pixels.shape(2) : 1;
    const bool shaped =
        pixels.ndim() == 2 || (pixels.ndim() == 3 && (channels == 3 || channels == 4));
    if (!shaped || !pixels.dtype().is(py::dtype::of<uint8_t>())) {
        raise(SSAM_ERROR_INVALID_ARGUMENT, "an image is a uint8 array HxW, HxWx3 or HxWx4");
    }
    Image result{packed_rows(pixels, channels), {}};
    result.image.data = static_cast<const uint8_t*>(result.array.data());
    result.image.width = int32(pixels.shape(1));
    result.image.height = int32(pixels.shape(0));
    result.image.stride = result.array.strides(0);
    result.image.format = channels == 3               ? SSAM_FORMAT_RGB
                          : straight && channels == 4 ? SSAM_FORMAT_RGBA_STRAIGHT
                          : channels == 4             ? SSAM_FORMAT_RGBA
                                                      : SSAM_FORMAT_GRAY;
    result.image.orientation = orientation;
    return result;
}

// A borrowed bitmap (bool or uint8, HxW); `array` keeps the memory alive.
struct Bitmap {
    py::array array;
    const uint8_t* data;
    int32_t width, height;
    int64_t stride;
};

inline Bitmap as_bitmap(const py::array& bitmap) {
    const char kind = bitmap.dtype().kind();
    if (bitmap.ndim() != 2 || bitmap.itemsize() != 1 || (kind != 'b' && kind != 'u')) {
        raise(SSAM_ERROR_INVALID_ARGUMENT, "a bitmap is a bool or uint8 array HxW");
    }
    const py::array rows =
        packed_rows(kind == 'b' ? bitmap.attr("view")("uint8").cast<py::array>() : bitmap, 1);
    return {rows, static_cast<const uint8_t*>(rows.data()), int32(bitmap.shape(1)),
            int32(bitmap.shape(0)), rows.strides(0)};
}

template <typename T>
py::array_t<T> new_array(std::vector<py::ssize_t> shape) {
    return py::array_t<T>(std::move(shape));
}

// bool arrays are bytes 0 / 1, which is what the core writes.
inline uint8_t* bytes_of(py::array& array) { return static_cast<uint8_t*>(array.mutable_data()); }

// The two calls of "learn the size, then fill", for values of type T.
template <typename T, typename Call>
py::array_t<T> sized(Call&& call) {
    size_t count = 0;
    const ssam_status first = unlocked([&] { return call(nullptr, size_t{0}, &count); });
    if (first != SSAM_ERROR_BUFFER_TOO_SMALL) check(first);
    auto values = new_array<T>({static_cast<py::ssize_t>(count)});
    T* data = values.mutable_data();
    check(unlocked([&] { return call(data, count, &count); }));
    return values;
}

// Contour handle to a list of (points float32 Nx2, parent index or -1); frees the handle.
inline py::list rings_of(ssam_contour* contour) {
    struct Guard {
        ssam_contour* contour;
        ~Guard() { ssam_contour_free(contour); }
    } guard{contour};
    py::list rings;
    for (size_t i = 0; i < ssam_contour_ring_count(contour); ++i) {
        ssam_ring ring{};
        check(ssam_contour_get_ring(contour, i, &ring));
        auto points = new_array<float>({static_cast<py::ssize_t>(ring.count), 2});
        std::copy_n(ring.points, 2 * ring.count, points.mutable_data());
        rings.append(py::make_tuple(std::move(points), ring.parent));
    }
    return rings;
}

}  // namespace ssam_py
