#include "image/geometry.h"

#include <algorithm>
#include <cstdint>

namespace ssam {
namespace {

// round(a * b / c) half up, exact.
int scaled(int a, int b, int c) {
    const int64_t twice = 2 * int64_t{a} * b;
    return std::max(1, static_cast<int>((twice + c) / (2 * int64_t{c})));
}

}  // namespace

Size fit(Size photo, Size input) {
    // input.width / photo.width <= input.height / photo.height, without dividing.
    const bool width_decides =
        int64_t{input.width} * photo.height <= int64_t{input.height} * photo.width;
    if (width_decides) {
        return {input.width,
                std::min(scaled(photo.height, input.width, photo.width), input.height)};
    }
    return {std::min(scaled(photo.width, input.height, photo.height), input.width), input.height};
}

Placement place(Size photo, Size input) {
    const Size resized = fit(photo, input);
    return {photo, input, resized, AxisMap{static_cast<double>(resized.width) / photo.width},
            AxisMap{static_cast<double>(resized.height) / photo.height}};
}

double on_plane(double photo, const AxisMap& axis, int input, int plane) {
    return (axis.to_input(photo) + 0.5) * plane / input;
}

int covered(int resized, int input, int map) {
    const int64_t twice = 2 * int64_t{resized} * map;
    return std::clamp(static_cast<int>((twice + input) / (2 * int64_t{input})), 1, map);
}

}  // namespace ssam
