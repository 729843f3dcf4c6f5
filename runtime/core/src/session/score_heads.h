// Scores that come true: a prediction's own, by the manifest's head for its kind of prompts.
#pragma once

#include <optional>

#include "bundle/manifest.h"
#include "image/geometry.h"
#include "mask/prediction.h"
#include "mask/traits.h"

namespace ssam {

// Whether this head weighs a trait of the heat map.
bool looks_at_heat(const ScoreHeads& heads, PromptKind kind);

// A box of the photo on the masks' plane.
PlaneBox on_plane(const ssam_prompt& box, const Placement& placement, Size plane);

// Puts bias + the sum of weight * trait, within 0...1, in place of each candidate's score. `heat`:
// logits on the masks' plane, or NULL.
void apply(const ScoreHeads& heads, PromptKind kind, const float* heat,
           const std::optional<PlaneBox>& box, TraitReader& reader, Prediction& prediction);

}  // namespace ssam
