// Source: Otsu, "A threshold selection method from gray-level histograms", 1979; arithmetic as in
// skimage.filters.threshold_otsu, where the product of the class weights is rounded to float32:
// without that a near tie could fall on another threshold than the oracle's.
#include "prompts/saliency.h"

namespace ssam {

int otsu_threshold(const Histogram& histogram) {
    int low = 0;
    int high = 255;
    while (low < 255 && histogram[static_cast<size_t>(low)] == 0) {
        ++low;
    }
    while (high > low && histogram[static_cast<size_t>(high)] == 0) {
        --high;
    }
    if (low == high) {
        return -1;
    }
    int64_t count = 0;
    int64_t sum = 0;
    for (int value = low; value <= high; ++value) {
        count += histogram[static_cast<size_t>(value)];
        sum += histogram[static_cast<size_t>(value)] * value;
    }
    int64_t below = 0;
    int64_t sum_below = 0;
    int best = low;
    double best_variance = -1.0;
    for (int value = low; value < high; ++value) {
        below += histogram[static_cast<size_t>(value)];
        sum_below += histogram[static_cast<size_t>(value)] * value;
        const auto weight_below = static_cast<float>(below);
        const auto weight_above = static_cast<float>(count - below);
        const double mean_below =
            static_cast<double>(sum_below) / static_cast<double>(weight_below);
        const double mean_above =
            static_cast<double>(sum - sum_below) / static_cast<double>(weight_above);
        const double apart = mean_below - mean_above;
        const float weights = weight_below * weight_above;
        const double variance = static_cast<double>(weights) * (apart * apart);
        if (variance > best_variance) {
            best_variance = variance;
            best = value;
        }
    }
    return best;
}

}  // namespace ssam
