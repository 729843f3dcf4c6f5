#include "mask/foreground.h"

#include <algorithm>

#include "base/exact_arithmetic.h"

namespace ssam {
namespace {

// How firmly a photo's pixel holds to the layers of the level above.
constexpr float kHold = 0.01f;

}  // namespace

Foreground::Foreground(const std::vector<uint8_t>& rgb, const std::vector<uint8_t>& alpha,
                       Size work, Size photo)
    : size_{(work.width + 1) / 2, (work.height + 1) / 2},
      photo_(photo),
      valid_height_(work.height / 2.0),
      layers_(separate_layers(rgb, alpha, work)) {
    columns_.reserve(static_cast<size_t>(photo.width));
    for (int x = 0; x < photo.width; ++x) {
        columns_.push_back(position(x, work.width / 2.0, photo.width));
    }
    for (std::vector<float>& row : blended_) {
        row.resize(static_cast<size_t>(size_.width) + 1);
    }
    for (size_t i = 0; i < gain_.size(); ++i) {
        const float a = static_cast<float>(i) / 255.0f;
        const float b = 1.0f - a;
        gain_[i] = a / (a * a + b * b + kHold);
    }
}

void Foreground::blend(int y) {
    if (blended_row_ == y) {
        return;
    }
    blended_row_ = y;
    const Position here = position(y, valid_height_, photo_.height);
    const float keep = 1.0f - here.fraction;
    const auto width = static_cast<size_t>(size_.width);
    const size_t upper = static_cast<size_t>(here.whole) * width;
    const size_t lower = static_cast<size_t>(std::min(here.whole + 1, size_.height - 1)) * width;
    for (size_t k = 0; k < layers_.size(); ++k) {
        const float* a = layers_[k].data() + upper;
        const float* b = layers_[k].data() + lower;
        float* to = blended_[k].data();
        for (size_t x = 0; x < width; ++x) {
            to[x] = keep * a[x] + here.fraction * b[x];
        }
        to[width] = to[width - 1];
    }
}

void Foreground::restore(int y, int begin, int count, const uint8_t* own, uint8_t* rgba) {
    for (int i = 0; i < count; ++i, rgba += 4) {
        const uint8_t alpha = rgba[3];
        if (alpha == 0 || alpha == 255 || (own != nullptr && own[ptrdiff_t{i} * 4 + 3] != 255)) {
            continue;
        }
        blend(y);
        const Position& at = columns_[static_cast<size_t>(begin + i)];
        const auto left = static_cast<size_t>(at.whole);
        const float keep = 1.0f - at.fraction;
        const float a = static_cast<float>(alpha) / 255.0f;
        const float b = 1.0f - a;
        for (size_t c = 0; c < 3; ++c) {
            const float* front = blended_[c].data() + left;
            const float* back = blended_[c + 3].data() + left;
            const float f = keep * front[0] + at.fraction * front[1];
            const float g = keep * back[0] + at.fraction * back[1];
            const float rest = static_cast<float>(rgba[c]) - a * f - b * g;
            const float found = std::min(std::max(f + gain_[alpha] * rest, 0.0f), 255.0f);
            rgba[c] = static_cast<uint8_t>(found + 0.5f);
        }
    }
}

}  // namespace ssam
