#include "session/score_heads.h"

#include <algorithm>
#include <vector>

#include "base/exact_arithmetic.h"

namespace ssam {

bool looks_at_heat(const ScoreHeads& heads, PromptKind kind) {
    const std::vector<double>& weights = heads.heads[static_cast<size_t>(kind)].weights;
    for (size_t i = 0; i < heads.traits.size(); ++i) {
        const Trait trait = heads.traits[i];
        if ((trait == Trait::kHeatInside || trait == Trait::kHeatStability) && weights[i] != 0) {
            return true;
        }
    }
    return false;
}

PlaneBox on_plane(const ssam_prompt& box, const Placement& placement, Size plane) {
    const auto x = [&](double at) {
        return (placement.x.to_input(at) + 0.5) * plane.width / placement.input.width;
    };
    const auto y = [&](double at) {
        return (placement.y.to_input(at) + 0.5) * plane.height / placement.input.height;
    };
    return {x(box.x0), y(box.y0), x(box.x1), y(box.y1)};
}

void apply(const ScoreHeads& heads, PromptKind kind, const float* heat,
           const std::optional<PlaneBox>& box, TraitReader& reader, Prediction& prediction) {
    const ScoreHead& head = heads.heads[static_cast<size_t>(kind)];
    const std::vector<Traits>& traits = reader.read(prediction, heat, box);
    for (size_t candidate = 0; candidate < traits.size(); ++candidate) {
        double score = head.bias;
        for (size_t i = 0; i < heads.traits.size(); ++i) {
            score += head.weights[i] * traits[candidate][static_cast<size_t>(heads.traits[i])];
        }
        if (traits[candidate][static_cast<size_t>(Trait::kLargest)] == 0) {
            score = 0;  // nothing is inside
        }
        prediction.scores[candidate] = static_cast<float>(std::clamp(score, 0.0, 1.0));
    }
}

}  // namespace ssam
