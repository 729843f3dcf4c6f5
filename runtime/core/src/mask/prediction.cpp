#include "mask/prediction.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/failure.h"
#include "base/stopwatch.h"
#include "mask/components.h"
#include "mask/mask_rows.h"

namespace ssam {
namespace {

// Rows of a real mask have one or two runs: room for these, lest a later mask need more.
constexpr size_t kRunsPerRow = 4;

int best_of(const std::vector<float>& scores, int32_t candidate) {
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

void Mask::choose(std::shared_ptr<const Prediction> prediction, const ssam_predict_options& options,
                  Upsampler& upsampler) {
    const Stopwatch watch;
    chosen_ = best_of(prediction->scores, options.candidate);
    prediction_ = std::move(prediction);
    refinement_.reset();
    options_ = options;
    upsampler.prepare(view(), prediction_->photo);
    runs_.reset(prediction_->photo.width, prediction_->photo.height);
    runs_.reserve(kRunsPerRow * static_cast<size_t>(prediction_->photo.height));
    for (int y = 0; y < prediction_->photo.height; ++y) {
        upsampler.add_runs(y, 0.0f, runs_);
        runs_.finish_row();
    }
    apply_options();
    milliseconds_ = watch.milliseconds();
}

void Mask::refine(const Mask& other, std::shared_ptr<const Refinement> refinement) {
    const Stopwatch watch;
    prediction_ = other.prediction_;
    refinement_ = std::move(refinement);
    options_ = other.options_;
    chosen_ = other.chosen_;
    runs_ = above(*this, 0.0f);
    apply_options();
    milliseconds_ = other.milliseconds_ + watch.milliseconds();
}

void Mask::clear() {
    prediction_.reset();
    refinement_.reset();
}

void Mask::apply_options() {
    changed_ = false;
    if (options_.keep_largest == 0 && options_.max_hole_area == 0) {
        return;
    }
    const int64_t area = runs_.area();
    int64_t area_after = area;
    if (options_.keep_largest != 0) {
        runs_ = keep_largest(runs_);
        area_after = runs_.area();
        changed_ = area_after != area;
    }
    if (options_.max_hole_area != 0) {
        runs_ = fill_holes(runs_, options_.max_hole_area);
        changed_ = changed_ || runs_.area() != area_after;
    }
}

}  // namespace ssam
