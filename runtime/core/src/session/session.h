// One photo, its prompts, and predictions from them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "image/image.h"
#include "mask/prediction.h"
#include "mask/traits.h"
#include "prompts/prompts.h"
#include "prompts/saliency.h"
#include "session/cancellation.h"
#include "session/heat_share.h"
#include "session/pipeline.h"
#include "session/previous_masks.h"

namespace ssam {

// One thread at a time, except cancel().
class Session {
 public:
    explicit Session(std::shared_ptr<const Model> model);

    void set_image(const ImageView& image);

    Size photo() const;  // throws SSAM_ERROR_STATE before set_image

    void add_point(double x, double y, bool foreground);
    void set_box(double x0, double y0, double x1, double y1);
    void clear();
    bool undo();
    std::vector<ssam_prompt> prompts() const { return prompts_.state().list(); }

    void set_automatic(const ClickChoice& choice);
    std::vector<ssam_prompt> automatic_clicks();
    // Fills `mask` with a prediction that is kept in `prediction`, an empty or a used one.
    void predict(const ssam_predict_options& options, std::shared_ptr<Prediction> prediction,
                 Mask& mask);

    // The same for prompts that are not the session's own, which stay as they are, without a former
    // mask and without the heat map's share: a part of what stands out is an object too. Of many
    // such answers one cancellation stops all: renew() comes before the first.
    void renew();
    void answer(const PromptState& prompts, const std::shared_ptr<Prediction>& prediction);
    void check_cancelled() const { cancellation_.check(); }
    const Manifest& manifest() const { return pipeline_.manifest(); }

    void cancel() noexcept { cancellation_.request(); }

    // Held during every call but cancel(); throws SSAM_ERROR_BUSY when another call holds it.
    class Turn {
     public:
        explicit Turn(const Session& session);
        ~Turn() { session_.busy_.clear(std::memory_order_release); }
        Turn(const Turn&) = delete;
        Turn& operator=(const Turn&) = delete;

     private:
        const Session& session_;
    };

 private:
    void start(Prediction& prediction);
    const std::vector<ssam_prompt>& find_clicks(Prediction& prediction);
    bool choose_prompts(Prediction& prediction);  // fills used_; true: by automatic clicks
    void find_masks(Prediction& prediction, const float* previous);
    PromptKind kind(bool automatic) const;  // of used_
    // All from the prompts in `used_`. `heat`: with the heat map's share.
    void fill(Prediction& prediction, const float* previous, PromptKind kind, bool heat);
    // The heat map where the masks lie; false: the bundle has none.
    bool find_heat_share(Prediction& prediction);
    // What stands out counts beside the prompts that point at it.
    void join_heat(Prediction& prediction, PromptKind kind);
    // Scores by the manifest's head for these prompts, and within 0...1.
    void make_honest(Prediction& prediction, PromptKind kind);

    Cancellation cancellation_;
    mutable std::atomic_flag busy_ = ATOMIC_FLAG_INIT;

    std::optional<Placement> placement_;  // none before set_image
    double open_milliseconds_ = 0;
    Pipeline pipeline_;
    HeatShare heat_share_;
    ClickChoice choice_;
    std::optional<std::vector<ssam_prompt>> automatic_;
    PromptHistory prompts_;
    PreviousMasks previous_;

    // Room for a prediction's work, kept from one to the next.
    PromptState used_;
    Upsampler upsampler_;
    TraitReader trait_reader_;
};

}  // namespace ssam
