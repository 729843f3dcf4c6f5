// The last mask as an input of the next prediction.
#pragma once

#include <vector>

#include "bundle/manifest.h"
#include "image/geometry.h"
#include "mask/upsample.h"

namespace ssam {

class MaskInput {
 public:
    // `at`: which input of which program. `logits`: logits as they are, else probabilities, 0
    // beside the photo.
    MaskInput(TensorLink at, Size size, bool logits) : at_(at), size_(size), logits_(logits) {}

    const TensorLink& at() const { return at_; }
    float* data() { return values_.data(); }

    // From a plane of logits, bilinear; zeros where that is NULL.
    void fill(const float* previous, Size plane, const Placement& placement);

 private:
    TensorLink at_;
    Size size_;
    bool logits_;
    std::vector<float> values_;
    Upsampler upsampler_;
};

}  // namespace ssam
