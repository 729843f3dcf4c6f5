// Which side of a mask's edge a colour belongs to: round every pixel of the band a linear
// discriminant (Fisher, 1936) between the object's colours and those beside it. A pixel's alpha is
// where its colour lies between the two means, along the direction that tells them apart best: for
// colours mixed from both that is the share of the object.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/geometry.h"
#include "mask/edge_band.h"

namespace ssam {

// Of a row of the work picture. In the band
//     alpha = clamp(red * r + green * g + blue * b + offset, 0, evidence) + (1 - evidence) * prior
// where `prior` is the mask's own say, 0...1, and `evidence`, 0...1, how well the colours tell the
// sides apart, falling to 0 where the band ends. All but prior are 0 outside the band.
struct AlphaFit {
    enum { kRed, kGreen, kBlue, kOffset, kEvidence, kPrior, kFade, kCount };

    // Each with its last value once more, for blending between columns.
    std::array<std::vector<float>, kCount> values;
};

class Discriminant {
 public:
    // Both must outlive it. `rgb`: rows of the work picture.
    Discriminant(const std::vector<uint8_t>& rgb, const EdgeBand& band);

    // Rows may be asked for in any order; from top to bottom is quick.
    void fit_row(int y, AlphaFit& fit);

 private:
    // Number and colours of the object's pixels, of the others', and the products of all colours.
    enum Sum { kIn, kInR, kInG, kInB, kOut, kOutR, kOutG, kOutB, kRR, kRG, kRB, kGG, kGB, kBB };
    static constexpr size_t kSums = 14;
    using Window = std::array<int32_t, kSums>;

    void move_to(int y);
    void add_row(int y, int sign);
    void add_column(int x, int sign, Window& window) const;
    void fit_pixel(const Window& window, float fade, size_t x, AlphaFit& fit) const;

    const std::vector<uint8_t>& rgb_;
    const EdgeBand& band_;
    int radius_;
    int first_ = 0;  // rows that are summed: first_ ... end_ - 1
    int end_ = 0;
    std::array<std::vector<int32_t>, kSums> columns_;
};

}  // namespace ssam
