#include "mask/foreground_levels.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "base/exact_arithmetic.h"

namespace ssam {
namespace {

// How strongly neighbours want the same layers: everywhere, and for each difference in alpha.
constexpr float kSmooth = 1e-5f;
constexpr float kSmoothByAlpha = 0.1f;

// Sweeps over a level: many while they cost nothing, then as many as the neighbourhood needs.
constexpr int kSmallSide = 32;
constexpr int kSmallSweeps = 10;
constexpr int kSweeps = 4;

// The picture at one size: red, green, blue (0...255), alpha (0...1).
struct Level {
    Size size{};
    std::array<std::vector<float>, 4> planes;
};

size_t area(Size size) {
    return static_cast<size_t>(size.width) * static_cast<size_t>(size.height);
}

Size half(Size size) { return {(size.width + 1) / 2, (size.height + 1) / 2}; }

// Means of 2 x 2 pixels; the last row and column count twice where there is no other. `value`: of
// a plane at (x, y).
template <typename Value>
void halve(Size from, std::vector<float>& to, Value&& value) {
    const Size size = half(from);
    to.resize(area(size));
    float* out = to.data();
    for (int y = 0; y < size.height; ++y) {
        const int below = std::min(2 * y + 1, from.height - 1);
        for (int x = 0; x < size.width; ++x) {
            const int right = std::min(2 * x + 1, from.width - 1);
            *out++ = 0.25f * ((value(2 * x, 2 * y) + value(right, 2 * y)) +
                              (value(2 * x, below) + value(right, below)));
        }
    }
}

Level finest(const std::vector<uint8_t>& rgb, const std::vector<uint8_t>& alpha, Size work) {
    const auto at = [&](int x, int y) {
        return static_cast<size_t>(y) * static_cast<size_t>(work.width) + static_cast<size_t>(x);
    };
    Level level;
    level.size = half(work);
    for (size_t c = 0; c < 3; ++c) {
        halve(work, level.planes[c],
              [&](int x, int y) { return static_cast<float>(rgb[at(x, y) * 3 + c]); });
    }
    halve(work, level.planes[3],
          [&](int x, int y) { return static_cast<float>(alpha[at(x, y)]) / 255.0f; });
    return level;
}

Level coarser(const Level& level) {
    Level made;
    made.size = half(level.size);
    const auto width = static_cast<size_t>(level.size.width);
    for (size_t k = 0; k < level.planes.size(); ++k) {
        const float* plane = level.planes[k].data();
        halve(level.size, made.planes[k], [&](int x, int y) {
            return plane[static_cast<size_t>(y) * width + static_cast<size_t>(x)];
        });
    }
    return made;
}

// Every value of a coarser level for the 2 x 2 pixels that it was made from.
LayerPlanes spread(const LayerPlanes& coarse, Size size) {
    LayerPlanes fine;
    const auto width = static_cast<size_t>(half(size).width);
    for (size_t k = 0; k < fine.size(); ++k) {
        fine[k].resize(area(size));
        float* out = fine[k].data();
        for (int y = 0; y < size.height; ++y) {
            const float* row = coarse[k].data() + static_cast<size_t>(y / 2) * width;
            for (int x = 0; x < size.width; ++x) {
                *out++ = row[x / 2];
            }
        }
    }
    return fine;
}

// One row's values with the first and the last once more beside them.
class PaddedRow {
 public:
    explicit PaddedRow(size_t width) : values_(width + 2) {}

    void load(const float* row) {
        std::copy(row, row + values_.size() - 2, values_.begin() + 1);
        values_.front() = row[0];
        values_.back() = values_[values_.size() - 2];
    }
    const float* here() const { return values_.data() + 1; }

 private:
    std::vector<float> values_;
};

// Improves the layers of a level: at each pixel those that mix to its colour best and differ least
// from what its four neighbours had before this sweep (Jacobi's iteration).
class Sweeper {
 public:
    Sweeper(const Level& level, LayerPlanes& layers)
        : level_(level),
          layers_(layers),
          width_(static_cast<size_t>(level.size.width)),
          alpha_(width_) {
        for (std::vector<float>& values : weights_) {
            values.resize(width_);
        }
        above_.assign(layers.size(), std::vector<float>(width_));
        rows_.assign(layers.size(), PaddedRow(width_));
    }

    void sweep() {
        for (int y = 0; y < level_.size.height; ++y) {
            const size_t row = static_cast<size_t>(y) * width_;
            for (size_t k = 0; k < layers_.size(); ++k) {
                if (y > 0) {
                    std::copy(rows_[k].here(), rows_[k].here() + width_, above_[k].begin());
                }
                rows_[k].load(layers_[k].data() + row);
                if (y == 0) {
                    std::copy(rows_[k].here(), rows_[k].here() + width_, above_[k].begin());
                }
            }
            weigh(y);
            for (size_t c = 0; c < 3; ++c) {
                mix(y, c);
            }
        }
    }

 private:
    enum Weight { kUp, kDown, kLeft, kRight, kByNeighbours, kByAll, kWeights };

    size_t row_of(int y) const {
        return static_cast<size_t>(std::clamp(y, 0, level_.size.height - 1)) * width_;
    }

    void weigh(int y) {
        const float* plane = level_.planes[3].data();
        alpha_.load(plane + row_of(y));
        const float* a = alpha_.here();
        const float* up = plane + row_of(y - 1);
        const float* down = plane + row_of(y + 1);
        float* to[kWeights];
        for (size_t k = 0; k < kWeights; ++k) {
            to[k] = weights_[k].data();
        }
        const auto weight = [](float here, float there) {
            return kSmooth + kSmoothByAlpha * std::fabs(here - there);
        };
        for (size_t x = 0; x < width_; ++x) {
            const float b = 1.0f - a[x];
            to[kUp][x] = weight(a[x], up[x]);
            to[kDown][x] = weight(a[x], down[x]);
            to[kLeft][x] = weight(a[x], a[static_cast<ptrdiff_t>(x) - 1]);
            to[kRight][x] = weight(a[x], a[x + 1]);
            const float sum = (to[kUp][x] + to[kDown][x]) + (to[kLeft][x] + to[kRight][x]);
            to[kByNeighbours][x] = 1.0f / sum;
            to[kByAll][x] = 1.0f / ((a[x] * a[x] + b * b) + sum);
        }
    }

    // What the four neighbours agree on, of plane k.
    float agreed(size_t k, const float* below, size_t x) const {
        const float* here = rows_[k].here();
        return ((weights_[kUp][x] * above_[k][x] + weights_[kDown][x] * below[x]) +
                (weights_[kLeft][x] * here[static_cast<ptrdiff_t>(x) - 1] +
                 weights_[kRight][x] * here[x + 1])) *
               weights_[kByNeighbours][x];
    }

    void mix(int y, size_t c) {
        const bool last = y + 1 == level_.size.height;
        const size_t row = row_of(y);
        const float* below_f = last ? rows_[c].here() : layers_[c].data() + row_of(y + 1);
        const float* below_g = last ? rows_[c + 3].here() : layers_[c + 3].data() + row_of(y + 1);
        const float* a = alpha_.here();
        const float* colour = level_.planes[c].data() + row;
        const float* by_all = weights_[kByAll].data();
        float* front = layers_[c].data() + row;
        float* back = layers_[c + 3].data() + row;
        for (size_t x = 0; x < width_; ++x) {
            const float b = 1.0f - a[x];
            const float f = agreed(c, below_f, x);
            const float g = agreed(c + 3, below_g, x);
            const float rest = (colour[x] - a[x] * f - b * g) * by_all[x];
            front[x] = std::min(std::max(f + a[x] * rest, 0.0f), 255.0f);
            back[x] = std::min(std::max(g + b * rest, 0.0f), 255.0f);
        }
    }

    const Level& level_;
    LayerPlanes& layers_;
    size_t width_;
    PaddedRow alpha_;
    std::array<std::vector<float>, kWeights> weights_;
    std::vector<std::vector<float>> above_;  // as they were before the sweep
    std::vector<PaddedRow> rows_;
};

}  // namespace

LayerPlanes separate_layers(const std::vector<uint8_t>& rgb, const std::vector<uint8_t>& alpha,
                            Size work) {
    std::vector<Level> levels;
    levels.push_back(finest(rgb, alpha, work));
    while (std::max(levels.back().size.width, levels.back().size.height) > 1) {
        levels.push_back(coarser(levels.back()));
    }
    LayerPlanes layers;
    for (size_t k = 0; k < layers.size(); ++k) {
        layers[k] = levels.back().planes[k % 3];
    }
    while (!levels.empty()) {
        const Level& level = levels.back();
        if (layers[0].size() != area(level.size)) {
            layers = spread(layers, level.size);
        }
        const bool small = std::max(level.size.width, level.size.height) <= kSmallSide;
        Sweeper sweeper(level, layers);
        for (int i = small ? kSmallSweeps : kSweeps; i > 0; --i) {
            sweeper.sweep();
        }
        levels.pop_back();
    }
    return layers;
}

}  // namespace ssam
