#include "mask/mask_rows.h"

#include <algorithm>

#include "base/sigmoid_byte.h"
#include "mask/refinement.h"

namespace ssam {

MaskRows::MaskRows(const Mask& mask)
    : refinement_(mask.refinement()), upsampler_(mask.view(), mask.prediction()->photo) {
    if (refinement_ != nullptr) {
        row_.resize(static_cast<size_t>(upsampler_.size().width));
    }
}

void MaskRows::write_row(int y, float* out) {
    upsampler_.write_row(y, out);
    if (refinement_ != nullptr) {
        refinement_->for_each_run(y, [out](const Run& run, const float* logits) {
            std::copy(logits, logits + (run.end - run.begin), out + run.begin);
        });
    }
}

void MaskRows::write_alpha_row(int y, uint8_t* out) {
    upsampler_.write_alpha_row(y, out);
    if (refinement_ != nullptr) {
        refinement_->for_each_run(y, [out](const Run& run, const float* logits) {
            std::transform(logits, logits + (run.end - run.begin), out + run.begin,
                           SigmoidByte::get());
        });
    }
}

void MaskRows::add_runs(int y, float threshold, RunMask& runs) {
    if (refinement_ == nullptr || !refinement_->touches(y)) {
        upsampler_.add_runs(y, threshold, runs);
        return;
    }
    write_row(y, row_.data());
    const int width = static_cast<int>(row_.size());
    const float* row = row_.data();
    for (int x = 0; x < width;) {
        while (x < width && !(row[x] > threshold)) {
            ++x;
        }
        const int begin = x;
        while (x < width && row[x] > threshold) {
            ++x;
        }
        runs.add(begin, x);
    }
}

RunMask above(const Mask& mask, float threshold) {
    const Size photo = mask.prediction()->photo;
    MaskRows rows(mask);
    RunMask runs(photo.width, photo.height);
    for (int y = 0; y < photo.height; ++y) {
        rows.add_runs(y, threshold, runs);
        runs.finish_row();
    }
    return runs;
}

}  // namespace ssam
