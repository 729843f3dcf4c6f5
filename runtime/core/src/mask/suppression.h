// Of regions that overlap, the best; and how sure a network is of a mask's outline.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "image/geometry.h"
#include "mask/runs.h"
#include "mask/upsample.h"

namespace ssam {

struct Scored {
    Rect bounds;
    float score;
};

// Indices of those that stay, best score first (ties: the first): none whose rectangle overlaps
// that of a better one by more than `max_overlap`, as IoU. `tick` is called for each of them, and
// may throw: with n that stay the time grows with n * n.
std::vector<size_t> suppress(const std::vector<Scored>& regions, double max_overlap,
                             const std::function<void()>& tick = nullptr);

// Of the plane's top left `part`: the share of what lies above -1 that lies above 1 as well; 0
// where nothing does.
double stability(const PlaneView& plane, Size part);

}  // namespace ssam
