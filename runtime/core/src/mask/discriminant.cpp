#include "mask/discriminant.h"

#include <algorithm>
#include <cmath>

#include "base/exact_arithmetic.h"
#include "mask/colour_covariance.h"

namespace ssam {
namespace {

// Pixels beyond the band are surely what the mask says; those within count less and less towards
// the edge, where they may be mixtures of both sides.
constexpr float kSureWeight = 8.0f;
// The windows reach so much farther than the band, for pixels that are sure.
constexpr float kReach = 1.25f;
// Variance of a channel that is taken for noise.
constexpr double kNoise = 8.0;
// Squared distance of the two sides' colours, in standard deviations, at which the photo and the
// mask have the same say.
constexpr double kEvenSay = 6.0;

}  // namespace

// Window sums fit 32 bits: 255 * 255 * 3 * (2 * radius + 1) squared, times 8 / 3,
// for a radius of up to 31.
Discriminant::Discriminant(const std::vector<uint8_t>& rgb, const EdgeBand& band)
    : rgb_(rgb), band_(band), radius_(static_cast<int>(std::floor(kReach * band.radius + 0.5f))) {
    for (std::vector<int32_t>& column : columns_) {
        column.assign(static_cast<size_t>(band.size.width), 0);
    }
}

void Discriminant::add_row(int y, int sign) {
    const auto width = static_cast<size_t>(band_.size.width);
    const uint8_t* rgb = rgb_.data() + static_cast<size_t>(y) * width * 3;
    const uint8_t* coverage = band_.coverage_row(y);
    const float* fade = band_.fade_row(y);
    std::array<int32_t*, kSums> to;
    for (size_t k = 0; k < kSums; ++k) {
        to[k] = columns_[k].data();
    }
    for (size_t x = 0; x < width; ++x, rgb += 3) {
        const int32_t weight = sign * static_cast<int32_t>(kSureWeight * (1.0f - fade[x]) + 0.5f);
        const int32_t in = coverage[x] >= 128 ? weight : 0;
        const int32_t out = weight - in;
        const int32_t r = rgb[0], g = rgb[1], b = rgb[2];
        to[kIn][x] += in;
        to[kInR][x] += in * r;
        to[kInG][x] += in * g;
        to[kInB][x] += in * b;
        to[kOut][x] += out;
        to[kOutR][x] += out * r;
        to[kOutG][x] += out * g;
        to[kOutB][x] += out * b;
        to[kRR][x] += weight * r * r;
        to[kRG][x] += weight * r * g;
        to[kRB][x] += weight * r * b;
        to[kGG][x] += weight * g * g;
        to[kGB][x] += weight * g * b;
        to[kBB][x] += weight * b * b;
    }
}

void Discriminant::move_to(int y) {
    const int first = std::max(y - radius_, 0);
    const int end = std::min(y + radius_ + 1, band_.size.height);
    if (first >= end_ || end <= first_ || first < first_) {
        for (std::vector<int32_t>& column : columns_) {
            std::fill(column.begin(), column.end(), 0);
        }
        first_ = end_ = first;
    }
    for (; end_ < end; ++end_) {
        add_row(end_, 1);
    }
    for (; first_ < first; ++first_) {
        add_row(first_, -1);
    }
}

void Discriminant::add_column(int x, int sign, Window& window) const {
    for (size_t k = 0; k < kSums; ++k) {
        window[k] += sign * columns_[k][static_cast<size_t>(x)];
    }
}

void Discriminant::fit_pixel(const Window& s, float fade, size_t x, AlphaFit& fit) const {
    if (s[kIn] == 0 || s[kOut] == 0) {
        return;  // nothing to compare with: the mask alone decides
    }
    const double in = s[kIn], out = s[kOut], all = in + out;
    const double in_r = s[kInR] / in, in_g = s[kInG] / in, in_b = s[kInB] / in;
    const double out_r = s[kOutR] / out, out_g = s[kOutG] / out, out_b = s[kOutB] / out;
    // Covariance within the two sides.
    const auto within = [&](Sum product, Sum of_in, double mean_in, Sum of_out, double mean_out) {
        return (s[product] - s[of_in] * mean_in - s[of_out] * mean_out) / all;
    };
    const ColourCovariance colours{
        within(kRR, kInR, in_r, kOutR, out_r) + kNoise,
        within(kRG, kInR, in_g, kOutR, out_g),
        within(kRB, kInR, in_b, kOutR, out_b),
        within(kGG, kInG, in_g, kOutG, out_g) + kNoise,
        within(kGB, kInG, in_b, kOutG, out_b),
        within(kBB, kInB, in_b, kOutB, out_b) + kNoise,
    };
    const double dr = in_r - out_r, dg = in_g - out_g, db = in_b - out_b;
    const auto [red, green, blue] = colours.solve({dr, dg, db});
    const double apart = red * dr + green * dg + blue * db;  // Mahalanobis distance, squared
    if (!(apart > 1e-6)) {
        return;  // the same colour on both sides
    }
    const double say = apart * static_cast<double>(fade);
    const double evidence = say / (say + kEvenSay);
    const double scale = evidence / apart;
    fit.values[AlphaFit::kRed][x] = static_cast<float>(red * scale);
    fit.values[AlphaFit::kGreen][x] = static_cast<float>(green * scale);
    fit.values[AlphaFit::kBlue][x] = static_cast<float>(blue * scale);
    fit.values[AlphaFit::kOffset][x] =
        static_cast<float>(-(red * out_r + green * out_g + blue * out_b) * scale);
    fit.values[AlphaFit::kEvidence][x] = static_cast<float>(evidence);
}

void Discriminant::fit_row(int y, AlphaFit& fit) {
    const int width = band_.size.width;
    const auto size = static_cast<size_t>(width) + 1;
    for (std::vector<float>& values : fit.values) {
        values.assign(size, 0.0f);
    }
    const uint8_t* coverage = band_.coverage_row(y);
    const float* fade = band_.fade_row(y);
    for (size_t x = 0; x + 1 < size; ++x) {
        fit.values[AlphaFit::kPrior][x] = static_cast<float>(coverage[x]) / 255.0f;
    }
    if (band_.row_has[static_cast<size_t>(y)] != 0) {
        std::copy(fade, fade + width, fit.values[AlphaFit::kFade].begin());
        move_to(y);
        Window window{};
        int summed = -2;  // the column whose window is in `window`
        for (int x = 0; x < width; ++x) {
            if (!(fade[x] > 0.0f)) {
                continue;
            }
            if (summed == x - 1) {
                if (x + radius_ < width) {
                    add_column(x + radius_, 1, window);
                }
                if (x - radius_ - 1 >= 0) {
                    add_column(x - radius_ - 1, -1, window);
                }
            } else {
                window.fill(0);
                const int end = std::min(x + radius_ + 1, width);
                for (int u = std::max(x - radius_, 0); u < end; ++u) {
                    add_column(u, 1, window);
                }
            }
            summed = x;
            fit_pixel(window, fade[x], static_cast<size_t>(x), fit);
        }
    }
    for (std::vector<float>& values : fit.values) {
        values.back() = values[size - 2];
    }
}

}  // namespace ssam
