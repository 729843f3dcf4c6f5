#include "prediction.h"

#include <algorithm>
#include <string>
#include <utility>

#include "components.h"
#include "failure.h"
#include "stopwatch.h"

namespace ssam {
namespace {

int choose(const std::vector<float>& scores, int32_t candidate) {
    const auto count = static_cast<int32_t>(scores.size());
    if (candidate < -1 || candidate >= count) {
        fail(SSAM_ERROR_INVALID_ARGUMENT, "there is no candidate " + std::to_string(candidate) +
                                              "; this model proposes " + std::to_string(count) +
                                              ", counted from 0");
    }
    if (candidate >= 0) {
        return candidate;
    }
    return static_cast<int>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

}  // namespace

PlaneView Prediction::view(int candidate) const {
    const size_t pixels = static_cast<size_t>(plane.width) * static_cast<size_t>(plane.height);
    return {logits.data() + static_cast<size_t>(candidate) * pixels, plane.width, plane.height,
            valid_width, valid_height};
}

Mask::Mask(std::shared_ptr<const Prediction> prediction, const ssam_predict_options& options)
    : prediction_(std::move(prediction)), chosen_(choose(prediction_->scores, options.candidate)) {
    const Stopwatch watch;
    runs_ = threshold_plane(view(), prediction_->photo, 0.0f);
    const int64_t area = runs_.area();
    int64_t area_after = area;
    if (options.keep_largest != 0) {
        runs_ = keep_largest(runs_);
        area_after = runs_.area();
        changed_ = area_after != area;
    }
    if (options.max_hole_area != 0) {
        runs_ = fill_holes(runs_, options.max_hole_area);
        changed_ = changed_ || runs_.area() != area_after;
    }
    milliseconds_ = watch.milliseconds();
}

}  // namespace ssam
