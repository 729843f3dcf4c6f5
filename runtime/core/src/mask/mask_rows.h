// A mask's logits at photo size, row by row: upsampled, and refined where it was.
#pragma once

#include <cstdint>
#include <vector>

#include "mask/prediction.h"
#include "mask/runs.h"
#include "mask/upsample.h"

namespace ssam {

// The mask must outlive it. One thread at a time.
class MaskRows {
 public:
    explicit MaskRows(const Mask& mask);

    void write_row(int y, float* out);

    // round(255 * sigmoid) of a row.
    void write_alpha_row(int y, uint8_t* out);

    // Adds to `runs` where the logits of row y are > threshold.
    void add_runs(int y, float threshold, RunMask& runs);

 private:
    const Refinement* refinement_;
    Upsampler upsampler_;
    std::vector<float> row_;
};

// Where the logits of a mask are > threshold, before largest component and hole filling.
RunMask above(const Mask& mask, float threshold);

}  // namespace ssam
