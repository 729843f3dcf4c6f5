#include "mask/guided_filter.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/exact_arithmetic.h"
#include "mask/colour_covariance.h"

namespace ssam {
namespace {

// What is summed over windows: colours, their products, the logit, its products with the colours,
// and how many logits are above 0.
enum Sum { kR, kG, kB, kRR, kRG, kRB, kGG, kGB, kBB, kP, kRP, kGP, kBP, kInside, kSums };

using Window = std::array<int32_t, kSums>;

// The window of a pixel, cut off at the picture's border.
struct Reach {
    int first;
    int last;

    Reach(int at, int radius, int size)
        : first(std::max(at - radius, 0)), last(std::min(at + radius, size - 1)) {}

    int length() const { return last - first + 1; }
};

// Sums of each column over the rows of a window, moved down row by row.
class ColumnSums {
 public:
    ColumnSums(const std::vector<uint8_t>& guide, const std::vector<int16_t>& logits, Size size)
        : guide_(guide), logits_(logits), width_(static_cast<size_t>(size.width)) {
        for (std::vector<int32_t>& sum : sums_) {
            sum.assign(width_, 0);
        }
    }

    // sign 1 adds row y, -1 takes it away.
    void move(int y, int sign) {
        const uint8_t* rgb = guide_.data() + static_cast<size_t>(y) * width_ * 3;
        const int16_t* logits = logits_.data() + static_cast<size_t>(y) * width_;
        std::array<int32_t*, kSums> to;
        for (size_t k = 0; k < kSums; ++k) {
            to[k] = sums_[k].data();
        }
        for (size_t x = 0; x < width_; ++x, rgb += 3) {
            const int32_t r = rgb[0], g = rgb[1], b = rgb[2], p = logits[x];
            const int32_t sr = sign * r, sg = sign * g, sb = sign * b;
            to[kR][x] += sr;
            to[kG][x] += sg;
            to[kB][x] += sb;
            to[kRR][x] += sr * r;
            to[kRG][x] += sr * g;
            to[kRB][x] += sr * b;
            to[kGG][x] += sg * g;
            to[kGB][x] += sg * b;
            to[kBB][x] += sb * b;
            to[kP][x] += sign * p;
            to[kRP][x] += sr * p;
            to[kGP][x] += sg * p;
            to[kBP][x] += sb * p;
            to[kInside][x] += p > 0 ? sign : 0;
        }
    }

    int32_t inside(int x) const { return sums_[kInside][static_cast<size_t>(x)]; }

    void add(int x, int sign, Window& window) const {
        for (size_t k = 0; k < kSums; ++k) {
            window[k] += sign * sums_[k][static_cast<size_t>(x)];
        }
    }

 private:
    const std::vector<uint8_t>& guide_;
    const std::vector<int16_t>& logits_;
    size_t width_;
    std::array<std::vector<int32_t>, kSums> sums_;
};

struct Fit {
    double red;
    double green;
    double blue;
    double offset;
};

// The ridge regression of the logits on the colours of a window of n pixels. Covariances come from
// whole numbers, exact until the one division.
Fit fit_window(const Window& s, int64_t n, double ridge) {
    const double scale = 1.0 / (static_cast<double>(n) * static_cast<double>(n));
    const auto covariance = [&](Sum product, Sum a, Sum b) {
        const int64_t exact =
            n * s[static_cast<size_t>(product)] -
            int64_t{s[static_cast<size_t>(a)]} * int64_t{s[static_cast<size_t>(b)]};
        return static_cast<double>(exact) * scale;
    };
    const ColourCovariance colours{
        covariance(kRR, kR, kR) + ridge, covariance(kRG, kR, kG), covariance(kRB, kR, kB),
        covariance(kGG, kG, kG) + ridge, covariance(kGB, kG, kB), covariance(kBB, kB, kB) + ridge,
    };
    const auto [red, green, blue] =
        colours.solve({covariance(kRP, kR, kP), covariance(kGP, kG, kP), covariance(kBP, kB, kP)});
    const auto count = static_cast<double>(n);
    return {red, green, blue, (s[kP] - red * s[kR] - green * s[kG] - blue * s[kB]) / count};
}

// First step: a fit for every window that sees both sides of the edge, as planes; elsewhere the
// logit itself is the offset. kWeight says how mixed the window is.
void fit_all(const std::vector<uint8_t>& guide, const std::vector<int16_t>& logits, Size size,
             int radius, double ridge, GuidedPlanes& fits) {
    ColumnSums columns(guide, logits, size);
    for (int y = 0; y < std::min(radius, size.height); ++y) {
        columns.move(y, 1);
    }
    for (int y = 0; y < size.height; ++y) {
        if (y + radius < size.height) {
            columns.move(y + radius, 1);
        }
        if (y - radius - 1 >= 0) {
            columns.move(y - radius - 1, -1);
        }
        const int rows = Reach(y, radius, size.height).length();
        const int16_t* row = logits.data() + ptrdiff_t{y} * size.width;
        std::array<float*, GuidedPlanes::kCount> to;
        for (int k = 0; k < GuidedPlanes::kCount; ++k) {
            to[static_cast<size_t>(k)] = fits.row(k, y);
        }
        int64_t inside = 0;
        for (int x = 0; x < std::min(radius, size.width); ++x) {
            inside += columns.inside(x);
        }
        Window window{};
        int summed = -2;  // the column whose window is in `window`
        for (int x = 0; x < size.width; ++x) {
            inside += x + radius < size.width ? columns.inside(x + radius) : 0;
            inside -= x - radius - 1 >= 0 ? columns.inside(x - radius - 1) : 0;
            const Reach reach(x, radius, size.width);
            const int64_t n = int64_t{rows} * reach.length();
            if (inside == 0 || inside == n) {
                to[GuidedPlanes::kOffset][x] = row[x];
                continue;
            }
            if (summed == x - 1) {
                if (x + radius < size.width) {
                    columns.add(x + radius, 1, window);
                }
                if (x - radius - 1 >= 0) {
                    columns.add(x - radius - 1, -1, window);
                }
            } else {
                window.fill(0);
                for (int u = reach.first; u <= reach.last; ++u) {
                    columns.add(u, 1, window);
                }
            }
            summed = x;
            const Fit fit = fit_window(window, n, ridge);
            to[GuidedPlanes::kRed][x] = static_cast<float>(fit.red);
            to[GuidedPlanes::kGreen][x] = static_cast<float>(fit.green);
            to[GuidedPlanes::kBlue][x] = static_cast<float>(fit.blue);
            to[GuidedPlanes::kOffset][x] = static_cast<float>(fit.offset);
            const double rarer = static_cast<double>(std::min(inside, n - inside));
            to[GuidedPlanes::kWeight][x] =
                static_cast<float>(std::min(1.0, 4.0 * rarer / static_cast<double>(n)));
        }
    }
}

constexpr size_t kFitted = 4;  // planes that are averaged: all but the weight

// Sums of the fits' columns; float64, so that adding and taking away leaves nothing behind.
class FitColumns {
 public:
    explicit FitColumns(const GuidedPlanes& fits) : fits_(fits) {
        for (std::vector<double>& sum : sums_) {
            sum.assign(static_cast<size_t>(fits.size.width), 0.0);
        }
    }

    void move(int y, double sign) {
        for (size_t k = 0; k < kFitted; ++k) {
            const float* row = fits_.row(static_cast<int>(k), y);
            double* to = sums_[k].data();
            for (int x = 0; x < fits_.size.width; ++x) {
                to[x] += sign * static_cast<double>(row[x]);
            }
        }
    }

    void add(int x, double sign, std::array<double, kFitted>& window) const {
        for (size_t k = 0; k < kFitted; ++k) {
            window[k] += sign * sums_[k][static_cast<size_t>(x)];
        }
    }

 private:
    const GuidedPlanes& fits_;
    std::array<std::vector<double>, kFitted> sums_;
};

// Second step: each pixel takes the mean of the fits of all windows it lies in.
GuidedPlanes average(const GuidedPlanes& fits, int radius) {
    const Size size = fits.size;
    GuidedPlanes means{size, std::vector<float>(fits.values.size(), 0.0f)};
    FitColumns columns(fits);
    for (int y = 0; y < std::min(radius, size.height); ++y) {
        columns.move(y, 1.0);
    }
    for (int y = 0; y < size.height; ++y) {
        if (y + radius < size.height) {
            columns.move(y + radius, 1.0);
        }
        if (y - radius - 1 >= 0) {
            columns.move(y - radius - 1, -1.0);
        }
        const int rows = Reach(y, radius, size.height).length();
        const float* weights = fits.row(GuidedPlanes::kWeight, y);
        std::array<double, kFitted> window{};
        int summed = -2;
        for (int x = 0; x < size.width; ++x) {
            if (!(weights[x] > 0.0f)) {
                continue;
            }
            const Reach reach(x, radius, size.width);
            if (summed == x - 1) {
                if (x + radius < size.width) {
                    columns.add(x + radius, 1.0, window);
                }
                if (x - radius - 1 >= 0) {
                    columns.add(x - radius - 1, -1.0, window);
                }
            } else {
                window.fill(0.0);
                for (int u = reach.first; u <= reach.last; ++u) {
                    columns.add(u, 1.0, window);
                }
            }
            summed = x;
            const double weight = static_cast<double>(weights[x]);
            const double scale =
                weight / (static_cast<double>(rows) * reach.length() * kLogitSteps);
            for (size_t k = 0; k < kFitted; ++k) {
                means.row(static_cast<int>(k), y)[x] = static_cast<float>(window[k] * scale);
            }
            means.row(GuidedPlanes::kWeight, y)[x] = weights[x];
        }
    }
    return means;
}

}  // namespace

GuidedPlanes guided_filter(const std::vector<uint8_t>& guide, const std::vector<int16_t>& logits,
                           Size size, int radius, double epsilon) {
    GuidedPlanes fits{size, std::vector<float>(static_cast<size_t>(GuidedPlanes::kCount) *
                                               static_cast<size_t>(size.width) *
                                               static_cast<size_t>(size.height))};
    fit_all(guide, logits, size, radius, epsilon * epsilon, fits);
    return average(fits, radius);
}

}  // namespace ssam
