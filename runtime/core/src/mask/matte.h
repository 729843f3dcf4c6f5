// The alpha of a cut-out at photo size: 255 inside, 0 outside, soft only in a band round the
// mask's edge, where the photo's colours decide.
#pragma once

#include <cstdint>
#include <vector>

#include "image/image.h"
#include "mask/discriminant.h"
#include "mask/edge_band.h"
#include "mask/prediction.h"
#include "mask/upsample.h"

namespace ssam {

// Rows of alpha, quick from top to bottom; one thread at a time. The mask must outlive it; `photo`,
// of the mask's size, need not.
class MatteRows {
 public:
    MatteRows(const Mask& mask, const ImageView& photo);
    MatteRows(const MatteRows&) = delete;
    MatteRows& operator=(const MatteRows&) = delete;

    // Columns begin ... end - 1 of row y. `rgba`: the photo's pixels there, 4 bytes each; an alpha
    // of its own multiplies the result.
    void write(int y, int begin, int end, const uint8_t* rgba, uint8_t* out);

    // The work picture that the band was fitted on: its size, RGB rows, and their alpha as far as
    // rows of the photo were written (beyond the band it is how much the mask covers).
    Size work() const { return band_.size; }
    const std::vector<uint8_t>& work_rgb() const { return rgb_; }
    const std::vector<uint8_t>& work_alpha() const { return work_alpha_; }

 private:
    const AlphaFit& fit_of(int row);
    void blend(int y);
    void write_mask(int y, int begin, int end, uint8_t* out) const;
    void write_band(int y, int begin, int end, const uint8_t* rgba, uint8_t* out);
    void keep_alpha(int row, const AlphaFit& fit);
    uint8_t alpha(const Position& at, const uint8_t* rgba) const;

    const Mask& mask_;
    Size photo_;
    bool has_alpha_;
    EdgeBand band_;
    std::vector<uint8_t> rgb_;  // of the work picture
    std::vector<uint8_t> work_alpha_;
    Discriminant discriminant_;
    std::vector<Position> columns_;
    AlphaFit fits_[2];  // of an even and an odd row
    int rows_[2] = {-1, -1};
    AlphaFit blended_;
    int blended_row_ = -1;
};

// Bounds of everything whose alpha can be above 0: the mask and the band. All 0 for no mask.
Rect matte_bounds(const Mask& mask);

// Alpha of the whole photo.
void write_matte(const Mask& mask, const ImageView& photo, uint8_t* out, ptrdiff_t stride);

}  // namespace ssam
