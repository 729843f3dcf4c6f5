// The picture on which edges are worked out.
#pragma once

#include <algorithm>

#include "image/geometry.h"

namespace ssam {

// What is fitted to the photo's colours is fitted on a picture of at most this side and applied to
// the photo itself.
constexpr int kWorkSide = 1024;

inline Size work_size(Size photo) {
    return std::max(photo.width, photo.height) <= kWorkSide ? photo
                                                            : fit(photo, {kWorkSide, kWorkSide});
}

}  // namespace ssam
