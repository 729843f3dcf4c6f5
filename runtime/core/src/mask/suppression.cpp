#include "mask/suppression.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace ssam {
namespace {

int64_t size_of(const Rect& rect) { return int64_t{rect.width} * rect.height; }

int64_t shared(const Rect& a, const Rect& b) {
    const int64_t width =
        std::min(int64_t{a.x} + a.width, int64_t{b.x} + b.width) - std::max(a.x, b.x);
    const int64_t height =
        std::min(int64_t{a.y} + a.height, int64_t{b.y} + b.height) - std::max(a.y, b.y);
    return width > 0 && height > 0 ? width * height : 0;
}

}  // namespace

std::vector<size_t> suppress(const std::vector<Scored>& regions, double max_overlap,
                             const std::function<void()>& tick) {
    std::vector<size_t> order(regions.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return regions[a].score > regions[b].score; });
    std::vector<size_t> kept;
    std::vector<Rect> others;
    for (const size_t index : order) {
        if (tick) {
            tick();
        }
        const Rect& one = regions[index].bounds;
        const bool known = std::any_of(others.begin(), others.end(), [&](const Rect& other) {
            const int64_t both = shared(one, other);
            const int64_t either = size_of(one) + size_of(other) - both;
            return static_cast<double>(both) > max_overlap * static_cast<double>(either);
        });
        if (!known) {
            kept.push_back(index);
            others.push_back(one);
        }
    }
    return kept;
}

double stability(const PlaneView& plane, Size part) {
    int64_t loose = 0, strict = 0;
    for (int y = 0; y < part.height; ++y) {
        const float* const row = plane.data + static_cast<ptrdiff_t>(y) * plane.width;
        loose += std::count_if(row, row + part.width, [](float logit) { return logit > -1; });
        strict += std::count_if(row, row + part.width, [](float logit) { return logit > 1; });
    }
    return loose > 0 ? static_cast<double>(strict) / static_cast<double>(loose) : 0.0;
}

}  // namespace ssam
