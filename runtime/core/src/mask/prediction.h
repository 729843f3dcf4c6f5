// What a prediction leaves behind: logits, scores, and masks made from them.
#pragma once

#include <memory>
#include <vector>

#include "image/geometry.h"
#include "mask/runs.h"
#include "mask/upsample.h"
#include "squeezesam/ssam.h"

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
    std::vector<ssam_program_time> programs;
    std::shared_ptr<const void> names;  // what holds the programs' names

    PlaneView view(int candidate) const;
};

class Refinement;

// Immutable once chosen, until it is made anew from another prediction.
class Mask {
 public:
    // Makes it the mask of a prediction; memory is reused. Throws SSAM_ERROR_INVALID_ARGUMENT for a
    // candidate that does not exist.
    void choose(std::shared_ptr<const Prediction> prediction, const ssam_predict_options& options,
                Upsampler& upsampler);

    // Makes it `other` with its edge refined.
    void refine(const Mask& other, std::shared_ptr<const Refinement> refinement);

    // Lets go of the prediction; the memory of the runs stays.
    void clear();

    // Null unless refined.
    const Refinement* refinement() const { return refinement_.get(); }

    const std::shared_ptr<const Prediction>& prediction() const { return prediction_; }
    int chosen() const { return chosen_; }
    const RunMask& runs() const { return runs_; }
    PlaneView view() const { return prediction_->view(chosen_); }
    double milliseconds() const { return milliseconds_; }

    // Whether largest component or hole filling changed anything.
    bool changed() const { return changed_; }

 private:
    void apply_options();

    std::shared_ptr<const Prediction> prediction_;
    std::shared_ptr<const Refinement> refinement_;
    ssam_predict_options options_{};
    int chosen_ = 0;
    RunMask runs_{0, 0};
    bool changed_ = false;
    double milliseconds_ = 0;
};

}  // namespace ssam
