// Scores that come true: a prediction's own, by the manifest's head for its kind of prompts.
#pragma once

#include "bundle/manifest.h"
#include "image/geometry.h"
#include "mask/prediction.h"
#include "mask/traits.h"
#include "prompts/prompts.h"

namespace ssam {

// Whether this head weighs a trait of the heat map.
bool looks_at_heat(const ScoreHeads& heads, PromptKind kind);

// What was asked of the photo, on the masks' plane.
PlanePrompts on_plane(const PromptState& prompts, const Placement& placement, Size plane);

// Puts bias + the sum of weight * trait + square * trait², within 0...1, in place of each
// candidate's score. `heat`: logits on the masks' plane, or NULL.
void apply(const ScoreHeads& heads, PromptKind kind, const float* heat, const PlanePrompts& prompts,
           TraitReader& reader, Prediction& prediction);

}  // namespace ssam
