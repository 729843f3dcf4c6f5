// What a prediction leaves behind: logits, scores, and masks made from them.
#pragma once

#include <memory>
#include <vector>

#include "geometry.h"
#include "runs.h"
#include "squeezesam/ssam.h"
#include "upsample.h"

namespace ssam {

// Immutable once made; masks derived from one another share it.
struct Prediction {
    Size photo{};
    Size plane{};
    double valid_width = 0;
    double valid_height = 0;
    std::vector<float> scores;  // 0...1
    std::vector<float> logits;  // candidates x plane height x plane width
    std::vector<ssam_prompt> prompts;
    ssam_timings timings{};  // of the stages before the mask

    PlaneView view(int candidate) const;
};

// Immutable.
class Mask {
 public:
    // Throws SSAM_ERROR_INVALID_ARGUMENT for a candidate that does not exist.
    Mask(std::shared_ptr<const Prediction> prediction, const ssam_predict_options& options);

    const std::shared_ptr<const Prediction>& prediction() const { return prediction_; }
    int chosen() const { return chosen_; }
    const RunMask& runs() const { return runs_; }
    PlaneView view() const { return prediction_->view(chosen_); }
    double milliseconds() const { return milliseconds_; }

    // Whether largest component or hole filling changed anything.
    bool changed() const { return changed_; }

 private:
    std::shared_ptr<const Prediction> prediction_;
    int chosen_;
    RunMask runs_{0, 0};
    bool changed_ = false;
    double milliseconds_ = 0;
};

}  // namespace ssam
