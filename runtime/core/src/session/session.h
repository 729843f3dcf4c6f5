// One photo, its prompts, and predictions from them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "image/image.h"
#include "mask/prediction.h"
#include "prompts/prompts.h"
#include "session/segmenter.h"

namespace ssam {

// One thread at a time, except cancel().
class Session {
 public:
    explicit Session(std::shared_ptr<const Segmenter> segmenter);

    void set_image(const ImageView& image);

    Size photo() const;  // throws SSAM_ERROR_STATE before set_image

    void add_point(double x, double y, bool foreground);
    void set_box(double x0, double y0, double x1, double y1);
    void clear() { prompts_.clear(); }
    bool undo() { return prompts_.undo(); }
    std::vector<ssam_prompt> prompts() const { return prompts_.state().list(); }

    std::vector<ssam_prompt> automatic_clicks();
    // Fills `mask` with a prediction that is kept in `prediction`, an empty or a used one.
    void predict(const ssam_predict_options& options, std::shared_ptr<Prediction> prediction,
                 Mask& mask);

    void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }

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
    void stop_if_cancelled() const;
    const std::vector<ssam_prompt>& find_clicks(ssam_timings& timings);
    void choose_prompts(ssam_timings& timings);  // fills used_
    void run_segmenter(Prediction& prediction);

    std::shared_ptr<const Segmenter> segmenter_;
    std::atomic<bool> cancelled_{false};
    mutable std::atomic_flag busy_ = ATOMIC_FLAG_INIT;

    std::optional<Placement> placement_;  // none before set_image
    double open_milliseconds_ = 0;
    std::vector<float> image_;           // 1 x 3 x H x W
    std::vector<float> planes_;          // 1 x 2 x H x W
    std::vector<float> saliency_image_;  // as long as the saliency network has not run
    std::optional<std::vector<ssam_prompt>> automatic_;
    PromptHistory prompts_;

    // Room for a prediction's work, kept from one to the next.
    PromptState used_;
    NetworkPrompts network_;
    Upsampler upsampler_;
};

}  // namespace ssam
