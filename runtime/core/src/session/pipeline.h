// The programs of one session: what they read and write, and when they run.
#pragma once

#include <memory>
#include <vector>

#include "mask/upsample.h"
#include "prompts/prompts.h"
#include "session/cancellation.h"
#include "session/mask_input.h"
#include "session/model.h"
#include "session/photo_inputs.h"

namespace ssam {

// One thread at a time. Memory is kept from one prediction to the next.
class Pipeline {
 public:
    explicit Pipeline(std::shared_ptr<const Model> model);

    const Manifest& manifest() const { return model_->manifest(); }
    const std::shared_ptr<const Bundle>& bundle() const { return model_->bundle(); }

    // A new photo's pictures; what the programs gave for the former one is let go of.
    void take_photo(std::vector<std::vector<float>> images) noexcept;

    // Fills the inputs that follow the prompts. `previous`: logits of a former mask, or NULL.
    void take_prompts(const PromptState& prompts, const Placement& placement,
                      const float* previous);

    // Where masks and scores go.
    void give_masks(float* masks, float* scores) {
        masks_ = masks;
        scores_ = scores;
    }

    // Runs `programs`, but those of the photo once only, and adds the milliseconds to `times` (by
    // program). Throws SSAM_ERROR_CANCELLED before a program when `cancelled`.
    void run(const std::vector<size_t>& programs, Cancellation& cancellation,
             std::vector<ssam_program_time>& times);

    // An output of a program that has run; not of the masks' and scores'.
    const std::vector<float>& output(const TensorLink& link) const {
        return outputs_[link.program][link.tensor];
    }

 private:
    void run_stoppable(size_t program, Cancellation& cancellation);
    void run_one(size_t program);
    float* input_data(const TensorSpec& input, const TensorLink& at);
    float* output_data(const TensorLink& at);
    void drop_pictures();

    std::shared_ptr<const Model> model_;
    bool takes_planes_ = false;
    bool takes_fractions_ = false;

    std::vector<std::vector<float>> images_;  // by form; empty where nobody needs it any more
    std::vector<float> planes_;               // 1 x 2 x H x W
    NetworkPrompts network_;
    std::vector<float> fractions_;  // points in fractions of the input's sides
    std::vector<MaskInput> mask_inputs_;
    float mask_flag_ = 0;
    float* masks_ = nullptr;
    float* scores_ = nullptr;

    std::vector<std::vector<std::vector<float>>> outputs_;  // by program and tensor
    std::vector<bool> done_;  // by program: of those that run once a photo
};

}  // namespace ssam
