// Source: Douglas and Peucker, "Algorithms for the reduction of the number of points required to
// represent a digitized line", 1973.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "base/exact_arithmetic.h"
#include "mask/contour.h"

namespace ssam {
namespace {

// Distance of p from the segment a b.
double distance(const Corner& p, const Corner& a, const Corner& b) {
    const double dx = double(b.x) - a.x;
    const double dy = double(b.y) - a.y;
    const double px = double(p.x) - a.x;
    const double py = double(p.y) - a.y;
    const double length2 = dx * dx + dy * dy;
    const double t = length2 > 0 ? std::clamp((px * dx + py * dy) / length2, 0.0, 1.0) : 0.0;
    return std::hypot(px - t * dx, py - t * dy);
}

std::vector<Corner> simplify_ring(const std::vector<Corner>& ring, double epsilon) {
    const size_t count = ring.size();
    const auto corner = [&](size_t i) -> const Corner& { return ring[i % count]; };
    // A closed line is cut at its first corner and at the one farthest from it.
    size_t far = 0;
    double far_distance = -1;
    for (size_t i = 1; i < count; ++i) {
        const double d = distance(ring[i], ring[0], ring[0]);
        if (d > far_distance) {
            far_distance = d;
            far = i;
        }
    }
    std::vector<char> keep(count, 0);
    keep[0] = keep[far] = 1;
    std::vector<std::pair<size_t, size_t>> stretches{{0, far}, {far, count}};
    while (!stretches.empty()) {
        const auto [first, last] = stretches.back();
        stretches.pop_back();
        size_t worst = first;
        double worst_distance = epsilon;
        for (size_t i = first + 1; i < last; ++i) {
            const double d = distance(ring[i], corner(first), corner(last));
            if (d > worst_distance) {
                worst_distance = d;
                worst = i;
            }
        }
        if (worst != first) {
            keep[worst] = 1;
            stretches.emplace_back(first, worst);
            stretches.emplace_back(worst, last);
        }
    }
    std::vector<Corner> kept;
    for (size_t i = 0; i < count; ++i) {
        if (keep[i] != 0) {
            kept.push_back(ring[i]);
        }
    }
    return kept;
}

}  // namespace

std::vector<Ring> simplify(std::vector<Ring> rings, double epsilon) {
    if (!(epsilon > 0)) {
        return rings;
    }
    std::vector<Ring> kept;
    int32_t outer = -1;  // index in `kept` of the present outer ring; -1 when it was dropped
    for (Ring& ring : rings) {
        const bool is_hole = ring.parent >= 0;
        if (is_hole && outer < 0) {
            continue;
        }
        std::vector<Corner> corners = simplify_ring(ring.corners, epsilon);
        const int64_t area = twice_area(corners);
        const bool collapsed = is_hole ? area >= 0 : area <= 0;
        if (!is_hole) {
            outer = collapsed ? -1 : static_cast<int32_t>(kept.size());
        }
        if (!collapsed) {
            kept.push_back({std::move(corners), is_hole ? outer : -1});
        }
    }
    return kept;
}

}  // namespace ssam
