// What a manifest says of masks and scores beside their shapes: fitted numbers.
#pragma once

#include "bundle/manifest.h"
#include "bundle/manifest_field.h"

namespace ssam {

// Throw Failure (SSAM_ERROR_BUNDLE).
HeatWeights read_heat_weights(const Field& field);
ScoreHeads read_score_heads(const Field& field);

}  // namespace ssam
