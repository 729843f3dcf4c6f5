// What stands out counts beside the prompts: the heat map's share of a prediction's masks.
#pragma once

#include <vector>

#include "bundle/manifest.h"
#include "image/geometry.h"
#include "mask/prediction.h"
#include "mask/upsample.h"
#include "prompts/prompts.h"

namespace ssam {

// One photo's heat map where its masks lie. One thread at a time.
class HeatShare {
 public:
    // Another photo: its heat map is not known yet.
    void forget() { known_ = false; }
    bool known() const { return known_; }

    // The heat map's logits (all of the input that `small` places the photo in) on planes as the
    // prediction has them: bilinear, 0 beside the photo.
    void take(const std::vector<float>& heat, Size map, const Placement& small,
              const Prediction& prediction, Upsampler& upsampler);

    // Logits, a plane's rows by columns. After take().
    const std::vector<float>& plane() const { return plane_; }

    // 0...1: how much of what stands out lies under the least hot foreground click. 1 without one.
    float under(const PromptState& prompts, const Placement& placement,
                const Prediction& prediction) const;

    // Adds `weight` times the plane to every candidate, less towards background clicks, where the
    // heat map is wrong: nothing at the click, all of it a fifth of the photo's longer side away.
    void add_to(Prediction& prediction, float weight, const PromptState& prompts,
                const Placement& placement);

 private:
    bool known_ = false;
    std::vector<float> plane_;
    std::vector<float> share_;  // of the plane, row by row
};

}  // namespace ssam
