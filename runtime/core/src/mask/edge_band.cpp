#include "mask/edge_band.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/exact_arithmetic.h"
#include "mask/upsample.h"

namespace ssam {
namespace {

// Logits from which the band grows narrower, and over how many it does so.
constexpr float kSureFrom = 4.0f;
constexpr float kSureOver = 8.0f;

// Width of the ramp across the edge, in radii of the band.
constexpr float kRamp = 0.5f;

// First photo pixel of each work pixel along one axis, and the photo's side once more.
std::vector<int> starts_of(int photo, int work) {
    std::vector<int> starts;
    starts.reserve(static_cast<size_t>(work) + 1);
    for (int i = 0; i <= work; ++i) {
        starts.push_back(static_cast<int>((int64_t{i} * photo + work - 1) / work));
    }
    return starts;
}

// Adds a row's runs to the counts of the work pixels below them.
void count_row(const RunMask& runs, int y, const std::vector<int>& starts,
               std::vector<int32_t>& counts) {
    size_t first = 0;
    for (size_t i = runs.row_begin(y); i < runs.row_end(y); ++i) {
        const Run& run = runs.runs()[i];
        while (starts[first + 1] <= run.begin) {
            ++first;
        }
        for (size_t c = first; c < counts.size() && starts[c] < run.end; ++c) {
            counts[c] += std::min(starts[c + 1], run.end) - std::max(starts[c], run.begin);
        }
    }
}

// Wholly covered and wholly bare stay so however large the pixel is.
uint8_t share(int32_t count, int32_t area) {
    if (count == 0 || count == area) {
        return count == 0 ? uint8_t{0} : uint8_t{255};
    }
    return static_cast<uint8_t>(
        std::clamp((255 * int64_t{count} + area / 2) / area, int64_t{1}, int64_t{254}));
}

std::vector<uint8_t> cover(const RunMask& runs, Size work) {
    const std::vector<int> columns = starts_of(runs.width(), work.width);
    const std::vector<int> rows = starts_of(runs.height(), work.height);
    std::vector<uint8_t> coverage;
    coverage.reserve(static_cast<size_t>(work.width) * static_cast<size_t>(work.height));
    std::vector<int32_t> counts;
    for (int y = 0; y < work.height; ++y) {
        counts.assign(static_cast<size_t>(work.width), 0);
        const int first = rows[static_cast<size_t>(y)];
        const int end = rows[static_cast<size_t>(y) + 1];
        for (int v = first; v < end; ++v) {
            count_row(runs, v, columns, counts);
        }
        for (size_t x = 0; x < counts.size(); ++x) {
            coverage.push_back(share(counts[x], (columns[x + 1] - columns[x]) * (end - first)));
        }
    }
    return coverage;
}

// Steps up or down to the nearest pixel of the column that is not wholly of one's own kind, at
// most `cap`: for bare pixels (`own` 0) and for covered ones (`own` 255). 0 for all others.
std::vector<uint8_t> vertical_steps(const std::vector<uint8_t>& coverage, Size size, uint8_t own,
                                    int cap) {
    std::vector<uint8_t> steps(coverage.size());
    const auto width = static_cast<size_t>(size.width);
    const auto sweep = [&](size_t to, size_t from, bool first) {
        for (size_t x = 0; x < width; ++x) {
            const int before = first ? cap : steps[from + x] + 1;
            const int here = coverage[to + x] == own ? std::min(before, cap) : 0;
            steps[to + x] = static_cast<uint8_t>(here);
        }
    };
    for (int y = 0; y < size.height; ++y) {
        const size_t row = static_cast<size_t>(y) * width;
        sweep(row, y == 0 ? row : row - width, y == 0);
    }
    for (int y = size.height - 2; y >= 0; --y) {
        const size_t row = static_cast<size_t>(y) * width;
        for (size_t x = 0; x < width; ++x) {
            steps[row + x] =
                static_cast<uint8_t>(std::min<int>(steps[row + x], steps[row + width + x] + 1));
        }
    }
    return steps;
}

// Squared distances of a row to the nearest pixel of another kind, at most cap * cap.
void add_squares(const uint8_t* steps, int width, int cap, std::vector<uint16_t>& padded,
                 std::vector<uint16_t>& squares) {
    const auto side = static_cast<size_t>(cap);
    const auto limit = static_cast<uint16_t>(cap * cap);
    padded.assign(static_cast<size_t>(width) + 2 * side, limit);
    for (int x = 0; x < width; ++x) {
        padded[static_cast<size_t>(x) + side] = static_cast<uint16_t>(steps[x] * steps[x]);
    }
    std::vector<uint16_t> nearest(static_cast<size_t>(width), limit);
    for (int dx = -cap; dx <= cap; ++dx) {
        const auto square = static_cast<uint16_t>(dx * dx);
        const uint16_t* from = padded.data() + static_cast<ptrdiff_t>(side) + dx;
        for (size_t x = 0; x < nearest.size(); ++x) {
            nearest[x] = std::min(nearest[x], static_cast<uint16_t>(from[x] + square));
        }
    }
    for (size_t x = 0; x < nearest.size(); ++x) {
        squares[x] = std::max(squares[x], nearest[x]);
    }
}

float reach(float logit, float radius) {
    const float sure = std::clamp((std::fabs(logit) - kSureFrom) / kSureOver, 0.0f, 1.0f);
    return radius * (1.0f - 0.5f * sure);
}

// The mask's own say of a pixel at `distance` from the edge: the edge itself may lie a little
// beside where the mask has it. A pixel on it counts by how much of it is covered.
uint8_t ramp(uint8_t coverage, float distance, float radius) {
    const float part = static_cast<float>(coverage) / 255.0f - 0.5f;
    const float beside = coverage == 0 ? -distance : coverage == 255 ? distance : part;
    const float say = 0.5f + beside / (kRamp * radius);
    return static_cast<uint8_t>(std::clamp(say, 0.0f, 1.0f) * 255.0f + 0.5f);
}

}  // namespace

float band_radius(Size work) {
    return std::max(kLeastBand, kBandShare * static_cast<float>(std::max(work.width, work.height)));
}

EdgeBand find_band(const Mask& mask, Size work) {
    EdgeBand band;
    band.size = work;
    band.radius = band_radius(work);
    band.coverage = cover(mask.runs(), work);
    band.fade.resize(band.coverage.size());
    band.row_has.resize(static_cast<size_t>(work.height));
    const int cap = static_cast<int>(std::ceil(band.radius)) + 1;
    const std::vector<uint8_t> bare = vertical_steps(band.coverage, work, 0, cap);
    const std::vector<uint8_t> covered = vertical_steps(band.coverage, work, 255, cap);
    const auto width = static_cast<size_t>(work.width);
    std::vector<uint16_t> padded;
    std::vector<uint16_t> squares(width);
    std::vector<float> logits(width);
    Upsampler upsampler(mask.view(), work);
    for (int y = 0; y < work.height; ++y) {
        const size_t row = static_cast<size_t>(y) * width;
        const auto near = [&](const std::vector<uint8_t>& steps) {
            const auto begin = steps.begin() + static_cast<ptrdiff_t>(row);
            return std::any_of(begin, begin + work.width, [cap](uint8_t s) { return s < cap; });
        };
        if (!near(bare) || !near(covered)) {
            continue;  // one kind alone, far and wide
        }
        std::fill(squares.begin(), squares.end(), uint16_t{0});
        add_squares(bare.data() + row, work.width, cap, padded, squares);
        add_squares(covered.data() + row, work.width, cap, padded, squares);
        upsampler.write_row(y, logits.data());
        for (size_t x = 0; x < width; ++x) {
            const float distance =
                squares[x] == 0 ? 0.0f : std::sqrt(static_cast<float>(squares[x])) - 0.5f;
            const float fade = 1.0f - distance / reach(logits[x], band.radius);
            band.fade[row + x] = std::max(fade, 0.0f);
            if (fade > 0.0f) {
                band.coverage[row + x] = ramp(band.coverage[row + x], distance, band.radius);
            }
            band.row_has[static_cast<size_t>(y)] |= fade > 0.0f ? 1 : 0;
        }
    }
    return band;
}

}  // namespace ssam
