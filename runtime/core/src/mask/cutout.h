// The object cut out of the caller's photo.
#pragma once

#include <cstddef>
#include <cstdint>

#include "image/image.h"
#include "mask/mask_rows.h"
#include "mask/prediction.h"

namespace ssam {

// How certain the network is of each pixel, row by row: round(255 * sigmoid(logit)), overruled by
// keep_largest and hole filling.
class CertaintyRows {
 public:
    explicit CertaintyRows(const Mask& mask);

    void write(int y, uint8_t* out);

 private:
    MaskRows rows_;
    // Where keep_largest and hole filling overrule the logits; empty masks when they did nothing.
    RunMask hidden_{0, 0};
    RunMask filled_{0, 0};
    bool overruled_ = false;
};

struct CutoutSettings {
    bool soft;           // alpha as MatteRows gives it; otherwise 0 or 255
    bool premultiplied;  // colour times alpha
    bool crop;
};

// The rectangle that a cut-out covers. Throws SSAM_ERROR_STATE for a crop to nothing.
Rect cutout_rect(const Mask& mask, const CutoutSettings& settings);

// RGBA rows of `rect`. `photo` must be of the mask's size.
void write_cutout(const Mask& mask, const ImageView& photo, const Rect& rect,
                  const CutoutSettings& settings, uint8_t* out, ptrdiff_t stride);

}  // namespace ssam
