#include "prompts/planes.h"

#include <algorithm>
#include <cmath>

namespace ssam {
namespace {

// Whole numbers from the smallest not below `low` to the largest not above `high`, within 0 ...
// size - 1. Clamped as double first: a coordinate may be far beyond an int.
struct Stretch {
    int first;
    int last;
};

Stretch whole_between(double low, double high, int size) {
    const double end = size;
    return {static_cast<int>(std::clamp(std::ceil(low), 0.0, end)),
            static_cast<int>(std::clamp(std::floor(high), -1.0, end - 1.0))};
}

void draw_disc(float cx, float cy, double radius, float value, Size size, float* plane) {
    const auto limit = static_cast<float>(radius * radius);
    // One more all round than the radius asks for: the comparison below decides.
    const Stretch ys = whole_between(double{cy} - radius - 1, double{cy} + radius + 1, size.height);
    const Stretch xs = whole_between(double{cx} - radius - 1, double{cx} + radius + 1, size.width);
    for (int y = ys.first; y <= ys.last; ++y) {
        const float dy = static_cast<float>(y) - cy;
        const float dy2 = dy * dy;
        float* row = plane + static_cast<ptrdiff_t>(y) * size.width;
        for (int x = xs.first; x <= xs.last; ++x) {
            const float dx = static_cast<float>(x) - cx;
            const float dx2 = dx * dx;
            row[x] = dy2 + dx2 <= limit ? value : row[x];
        }
    }
}

void draw_box(const float* corner0, const float* corner1, Size size, float* plane) {
    const size_t pixels = static_cast<size_t>(size.width) * static_cast<size_t>(size.height);
    std::fill_n(plane, pixels, 0.0f);
    const Stretch xs = whole_between(double{corner0[0]}, double{corner1[0]}, size.width);
    const Stretch ys = whole_between(double{corner0[1]}, double{corner1[1]}, size.height);
    for (int y = ys.first; y <= ys.last; ++y) {
        float* row = plane + static_cast<ptrdiff_t>(y) * size.width;
        for (int x = xs.first; x <= xs.last; ++x) {
            row[x] = 1.0f;
        }
    }
}

}  // namespace

void draw_planes(const float* points, const float* labels, size_t count, Size size, double radius,
                 float box_default, float* out) {
    const size_t pixels = static_cast<size_t>(size.width) * static_cast<size_t>(size.height);
    float* const box_plane = out;
    float* const click_plane = out + pixels;
    std::fill_n(box_plane, pixels, box_default);
    std::fill_n(click_plane, pixels, 0.0f);

    const auto first_with = [&](float label) -> const float* {
        const float* found = std::find(labels, labels + count, label);
        return found == labels + count ? nullptr : points + 2 * (found - labels);
    };
    const float* corner0 = first_with(2.0f);
    const float* corner1 = first_with(3.0f);
    if (corner0 != nullptr && corner1 != nullptr) {
        draw_box(corner0, corner1, size, box_plane);
    }
    // Background first: foreground covers it.
    for (const float label : {0.0f, 1.0f}) {
        for (size_t i = 0; i < count; ++i) {
            if (labels[i] == label) {
                draw_disc(points[2 * i], points[2 * i + 1], radius, label == 1.0f ? 1.0f : -1.0f,
                          size, click_plane);
            }
        }
    }
}

}  // namespace ssam
