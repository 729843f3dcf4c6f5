#include "session/mask_input.h"

#include <algorithm>
#include <cmath>

#include "base/exact_arithmetic.h"

namespace ssam {

void MaskInput::fill(const float* previous, Size plane, const Placement& placement) {
    const auto columns = static_cast<size_t>(size_.width);
    values_.resize(columns * static_cast<size_t>(size_.height));
    if (previous == nullptr) {
        std::fill(values_.begin(), values_.end(), 0.0f);
        return;
    }
    const PlaneView whole{previous, plane.width, plane.height, static_cast<double>(plane.width),
                          static_cast<double>(plane.height)};
    upsampler_.prepare(whole, size_);
    const int right = covered(placement.resized.width, placement.input.width, size_.width);
    const int bottom = covered(placement.resized.height, placement.input.height, size_.height);
    for (int y = 0; y < size_.height; ++y) {
        float* const row = values_.data() + static_cast<size_t>(y) * columns;
        upsampler_.write_row(y, row);
        if (logits_) {
            continue;
        }
        const int end = y < bottom ? right : 0;
        std::transform(row, row + end, row, [](float v) { return 1.0f / (1.0f + std::exp(-v)); });
        std::fill(row + end, row + columns, 0.0f);
    }
}

}  // namespace ssam
