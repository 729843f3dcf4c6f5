#include "session/score_heads.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/exact_arithmetic.h"

namespace ssam {

bool looks_at_heat(const ScoreHeads& heads, PromptKind kind) {
    const ScoreHead& head = heads.heads[static_cast<size_t>(kind)];
    for (size_t i = 0; i < heads.traits.size(); ++i) {
        const Trait trait = heads.traits[i];
        const bool hot = trait == Trait::kHeatInside || trait == Trait::kHeatStability;
        if (hot && (head.weights[i] != 0 || (!head.squares.empty() && head.squares[i] != 0))) {
            return true;
        }
    }
    return false;
}

PlanePrompts on_plane(const PromptState& prompts, const Placement& placement, Size plane) {
    const auto x = [&](double at) {
        return on_plane(at, placement.x, placement.input.width, plane.width);
    };
    const auto y = [&](double at) {
        return on_plane(at, placement.y, placement.input.height, plane.height);
    };
    PlanePrompts found;
    if (prompts.box) {
        const ssam_prompt& box = *prompts.box;
        found.box = {x(box.x0), y(box.y0), x(box.x1), y(box.y1)};
    }
    PlaneBox round{};
    int clicks = 0;
    for (const ssam_prompt& click : prompts.clicks) {
        if (click.kind != SSAM_PROMPT_FOREGROUND) {
            continue;
        }
        const double left = std::floor(x(click.x0));
        const double top = std::floor(y(click.y0));
        round = clicks == 0 ? PlaneBox{left, top, left + 1, top + 1}
                            : PlaneBox{std::min(round.x0, left), std::min(round.y0, top),
                                       std::max(round.x1, left + 1), std::max(round.y1, top + 1)};
        ++clicks;
    }
    if (clicks > 1) {
        found.clicks = round;
    }
    return found;
}

void apply(const ScoreHeads& heads, PromptKind kind, const float* heat, const PlanePrompts& prompts,
           TraitReader& reader, Prediction& prediction) {
    const ScoreHead& head = heads.heads[static_cast<size_t>(kind)];
    const std::vector<Traits>& traits = reader.read(prediction, heat, prompts);
    for (size_t candidate = 0; candidate < traits.size(); ++candidate) {
        double score = head.bias;
        for (size_t i = 0; i < heads.traits.size(); ++i) {
            const double trait = traits[candidate][static_cast<size_t>(heads.traits[i])];
            score += head.weights[i] * trait;
            if (!head.squares.empty()) {
                score += head.squares[i] * trait * trait;
            }
        }
        if (traits[candidate][static_cast<size_t>(Trait::kLargest)] == 0) {
            score = 0;  // nothing is inside
        }
        prediction.scores[candidate] = static_cast<float>(std::clamp(score, 0.0, 1.0));
    }
}

}  // namespace ssam
