// What a candidate mask shows of its own worth: the numbers that scores are made of.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "mask/plane_shape.h"
#include "mask/prediction.h"
#include "mask/trait.h"

namespace ssam {

using Traits = std::array<double, kTraitNames.size()>;

// A rectangle on the masks' plane, in its pixels: edges, not pixel centres.
struct PlaneBox {
    double x0, y0, x1, y1;
};

// What was asked, on the masks' plane. `clicks`: the pixels round all foreground clicks, if there
// are two at least.
struct PlanePrompts {
    std::optional<PlaneBox> box;
    std::optional<PlaneBox> clicks;
};

// One thread at a time; memory is kept from one prediction to the next.
class TraitReader {
 public:
    // Of every candidate. `heat`: logits on the masks' plane, or NULL. Sums are made in an order
    // and with operations that give the same bits on every machine.
    const std::vector<Traits>& read(const Prediction& prediction, const float* heat,
                                    const PlanePrompts& prompts);

 private:
    void take(const Prediction& prediction);
    void put_scores(const std::vector<float>& scores, size_t candidate);
    void put_agreement(size_t candidate);
    void put_sums(const float* logits, const float* heat, size_t candidate);
    void put_shape(const PlanePrompts& prompts, size_t candidate);

    size_t candidates_ = 0;
    int width_ = 0;  // of the part of the plane that the photo covers
    int height_ = 0;
    int stride_ = 0;               // of the plane
    std::vector<uint8_t> inside_;  // candidates x height x width: 1 where the logit is above 0
    std::vector<uint8_t> column_;
    PieceFinder pieces_;
    std::vector<double> ious_;  // candidates x candidates
    std::vector<Traits> traits_;
};

}  // namespace ssam
