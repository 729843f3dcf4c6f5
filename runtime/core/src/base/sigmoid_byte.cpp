#include "base/sigmoid_byte.h"

#include <cmath>

namespace ssam {

const SigmoidByte& SigmoidByte::get() {
    static const SigmoidByte instance;
    return instance;
}

SigmoidByte::SigmoidByte() {
    least_.front() = -INFINITY;
    least_.back() = INFINITY;
    for (int byte = 1; byte < 256; ++byte) {
        const double p = (byte - 0.5) / 255.0;
        least_[static_cast<size_t>(byte)] = static_cast<float>(std::log(p / (1.0 - p)));
    }
    int byte = 0;
    for (size_t i = 0; i < guess_.size(); ++i) {
        // A step lower than the cell's edge: rounding in the index may land one cell too far.
        const float edge = (static_cast<float>(i) - 1.0f) / kSteps - kRange;
        while (byte < 255 && edge >= least_[static_cast<size_t>(byte) + 1]) {
            ++byte;
        }
        guess_[i] = static_cast<uint8_t>(byte);
    }
}

}  // namespace ssam
