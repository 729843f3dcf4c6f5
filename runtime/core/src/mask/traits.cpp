#include "mask/traits.h"

#include <algorithm>
#include <cmath>

#include "base/exact_arithmetic.h"
#include "base/sigmoid_byte.h"
#include "mask/plane_shape.h"

namespace ssam {
namespace {

constexpr float kClip = 16.0f;  // of logits that are averaged
// Heads are linear: a mask of one pixel, or of specks alone, must not carry its score off.
constexpr double kMostLeak = 1;
constexpr double kMostRoundness = 16;
constexpr double kMostSpread = 4;

double ratio(int64_t part, int64_t whole) {
    return static_cast<double>(part) / static_cast<double>(std::max<int64_t>(whole, 1));
}

void put(Traits& traits, Trait trait, double value) { traits[static_cast<size_t>(trait)] = value; }

// How many pixels with a logit above `least` there are for each with one above -least.
struct Stability {
    explicit Stability(float least) : least_(least) {}

    void add(float logit) {
        above_ += logit > least_ ? 1 : 0;
        below_ += logit > -least_ ? 1 : 0;
    }
    double value() const { return ratio(above_, below_); }

 private:
    float least_;
    int64_t above_ = 0;
    int64_t below_ = 0;
};

double box_iou(const Outline& mask, const PlaneBox& box) {
    const double across = std::min<double>(mask.x1, box.x1) - std::max<double>(mask.x0, box.x0);
    const double down = std::min<double>(mask.y1, box.y1) - std::max<double>(mask.y0, box.y0);
    const double both = std::max(across, 0.0) * std::max(down, 0.0);
    const double own = static_cast<double>(mask.x1 - mask.x0) * (mask.y1 - mask.y0);
    const double either = own + (box.x1 - box.x0) * (box.y1 - box.y0) - both;
    return either > 0 ? both / either : 0.0;
}

double spread(const Outline& mask, const PlaneBox& clicks) {
    const double own = static_cast<double>(mask.x1 - mask.x0) + (mask.y1 - mask.y0);
    const double asked = (clicks.x1 - clicks.x0) + (clicks.y1 - clicks.y0);
    return own > 0 ? std::min(asked / own, kMostSpread) : 0.0;
}

}  // namespace

const std::vector<Traits>& TraitReader::read(const Prediction& prediction, const float* heat,
                                             const PlanePrompts& prompts) {
    take(prediction);
    for (size_t i = 0; i < candidates_; ++i) {
        put_scores(prediction.scores, i);
        put_agreement(i);
        put_sums(prediction.view(static_cast<int>(i)).data, heat, i);
        put_shape(prompts, i);
    }
    return traits_;
}

void TraitReader::take(const Prediction& prediction) {
    const PlaneView first = prediction.view(0);
    candidates_ = prediction.scores.size();
    width_ = static_cast<int>(std::ceil(first.valid_width));
    height_ = static_cast<int>(std::ceil(first.valid_height));
    stride_ = first.width;
    const size_t pixels = static_cast<size_t>(width_) * static_cast<size_t>(height_);
    inside_.resize(candidates_ * pixels);
    column_.resize(static_cast<size_t>(width_));
    pieces_.reserve(width_, height_);
    traits_.assign(candidates_, Traits{});
    uint8_t* to = inside_.data();
    for (size_t i = 0; i < candidates_; ++i) {
        const float* const logits = prediction.view(static_cast<int>(i)).data;
        for (int y = 0; y < height_; ++y) {
            const float* const row = logits + static_cast<ptrdiff_t>(y) * stride_;
            to = std::transform(row, row + width_, to,
                                [](float logit) { return logit > 0.0f ? uint8_t{1} : uint8_t{0}; });
        }
    }
    ious_.assign(candidates_ * candidates_, 1.0);
    for (size_t i = 0; i < candidates_; ++i) {
        for (size_t k = i + 1; k < candidates_; ++k) {
            const uint8_t* const one = inside_.data() + i * pixels;
            const uint8_t* const two = inside_.data() + k * pixels;
            int64_t both = 0;
            int64_t either = 0;
            for (size_t at = 0; at < pixels; ++at) {
                both += one[at] & two[at];
                either += one[at] | two[at];
            }
            if (either > 0) {
                ious_[i * candidates_ + k] = ious_[k * candidates_ + i] = ratio(both, either);
            }
        }
    }
}

void TraitReader::put_scores(const std::vector<float>& scores, size_t candidate) {
    double sum = 0;
    const auto own = static_cast<double>(scores[candidate]);
    double best = own;
    bool alone = true;
    for (size_t i = 0; i < candidates_; ++i) {
        const auto each = static_cast<double>(scores[i]);
        sum += each;
        if (i != candidate) {
            best = alone ? each : std::max(best, each);
            alone = false;
        }
    }
    Traits& traits = traits_[candidate];
    put(traits, Trait::kScore, own);
    put(traits, Trait::kLead, own - best);
    put(traits, Trait::kMeanScore, sum / static_cast<double>(candidates_));
}

void TraitReader::put_agreement(size_t candidate) {
    double sum = 0;
    double least = 1;
    double most = candidates_ == 1 ? 1 : 0;
    for (size_t i = 0; i < candidates_; ++i) {
        if (i != candidate) {
            const double each = ious_[candidate * candidates_ + i];
            sum += each;
            least = std::min(least, each);
            most = std::max(most, each);
        }
    }
    Traits& traits = traits_[candidate];
    put(traits, Trait::kAgreement,
        candidates_ == 1 ? 1.0 : sum / static_cast<double>(candidates_ - 1));
    put(traits, Trait::kLeastAgreement, least);
    put(traits, Trait::kMostAgreement, most);
}

void TraitReader::put_sums(const float* logits, const float* heat, size_t candidate) {
    const SigmoidByte& to_byte = SigmoidByte::get();
    // Of the pixels outside (index 0) and inside.
    std::array<int64_t, 2> pixels{};
    std::array<int64_t, 2> bytes{};
    std::array<double, 2> sums{};
    int64_t hot = 0;
    Stability one(1.0f);
    Stability two(2.0f);
    Stability four(4.0f);
    Stability of_heat(1.0f);
    for (int y = 0; y < height_; ++y) {
        const ptrdiff_t start = static_cast<ptrdiff_t>(y) * stride_;
        for (ptrdiff_t at = start; at < start + width_; ++at) {
            const float logit = logits[at];
            const size_t side = logit > 0.0f ? 1 : 0;
            pixels[side] += 1;
            bytes[side] += to_byte(logit);
            sums[side] += static_cast<double>(std::clamp(logit, -kClip, kClip));
            one.add(logit);
            two.add(logit);
            four.add(logit);
            if (heat != nullptr) {
                hot += side == 1 ? to_byte(heat[at]) : 0;
                of_heat.add(heat[at]);
            }
        }
    }
    const auto inside = static_cast<double>(std::max<int64_t>(pixels[1], 1));
    const auto outside = static_cast<double>(std::max<int64_t>(pixels[0], 1));
    Traits& traits = traits_[candidate];
    put(traits, Trait::kStability1, one.value());
    put(traits, Trait::kStability2, two.value());
    put(traits, Trait::kStability4, four.value());
    put(traits, Trait::kArea, std::sqrt(inside / (static_cast<double>(width_) * height_)));
    put(traits, Trait::kInside, ratio(bytes[1], pixels[1]) / 255.0);
    put(traits, Trait::kLeak, std::min(ratio(bytes[0], pixels[1]) / 255.0, kMostLeak));
    put(traits, Trait::kLogitInside, sums[1] / inside);
    put(traits, Trait::kLogitOutside, sums[0] / outside);
    put(traits, Trait::kHeatInside, ratio(hot, pixels[1]) / 255.0);
    put(traits, Trait::kHeatStability, of_heat.value());
}

void TraitReader::put_shape(const PlanePrompts& prompts, size_t candidate) {
    const uint8_t* const inside =
        inside_.data() + candidate * static_cast<size_t>(width_) * static_cast<size_t>(height_);
    const Outline round = outline(inside, width_, height_, column_.data());
    const auto area = static_cast<double>(std::max<int64_t>(round.area, 1));
    const auto contour = static_cast<double>(std::max<int64_t>(round.contour, 1));
    const int64_t rectangle = static_cast<int64_t>(round.x1 - round.x0) * (round.y1 - round.y0);
    Traits& traits = traits_[candidate];
    put(traits, Trait::kBorder, std::min(static_cast<double>(round.border) / contour, 1.0));
    put(traits, Trait::kRoundness, std::min(contour / std::sqrt(area), kMostRoundness));
    put(traits, Trait::kFill, ratio(round.area, rectangle));
    put(traits, Trait::kLargest, ratio(pieces_.largest(inside, width_, height_), round.area));
    put(traits, Trait::kBoxIou, prompts.box ? box_iou(round, *prompts.box) : 0.0);
    put(traits, Trait::kClickSpread, prompts.clicks ? spread(round, *prompts.clicks) : 0.0);
}

}  // namespace ssam
