// The object cut out of the caller's photo.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "image/image.h"
#include "mask/mask_rows.h"
#include "mask/prediction.h"

namespace ssam {

// Alpha of a mask, row by row: hard (0 or 255) or soft (from the logits).
class AlphaRows {
 public:
    AlphaRows(const Mask& mask, bool soft);

    void write(int y, uint8_t* out);

    // The smallest rectangle that holds every alpha above 0; all 0 when there is none.
    Rect bounds() const;

 private:
    const Mask& mask_;
    std::optional<MaskRows> rows_;  // when soft
    // Where keep_largest and hole filling overrule the logits; empty masks when they did nothing.
    RunMask hidden_{0, 0};
    RunMask filled_{0, 0};
    bool overruled_ = false;
};

// The rectangle that a cut-out covers. Throws SSAM_ERROR_STATE for a crop to nothing.
Rect cutout_rect(const AlphaRows& alpha, const Mask& mask, bool crop);

// RGBA rows of `rect`. `photo` must be of the mask's size.
void write_cutout(AlphaRows& alpha, const ImageView& photo, const Rect& rect, bool premultiplied,
                  uint8_t* out, ptrdiff_t stride);

}  // namespace ssam
