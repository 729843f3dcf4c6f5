#include "mask/upsample.h"

#include <algorithm>
#include <cmath>

#include "base/exact_arithmetic.h"
#include "base/sigmoid_byte.h"

namespace ssam {

Position position(int out, double valid, int out_size) {
    const double last = std::ceil(valid) - 1.0;
    const double at = std::clamp((out + 0.5) * (valid / out_size) - 0.5, 0.0, last);
    const double whole = std::floor(at);
    return {static_cast<int>(whole), static_cast<float>(at - whole)};
}

void Upsampler::prepare(const PlaneView& plane, Size out) {
    plane_ = plane;
    out_ = out;
    columns_ = static_cast<int>(std::ceil(plane.valid_width));
    fraction_.resize(static_cast<size_t>(out.width));
    keep_.resize(static_cast<size_t>(out.width));
    row_.resize(static_cast<size_t>(columns_) + 1);
    cells_.clear();
    cells_.reserve(static_cast<size_t>(columns_) + 1);
    for (int x = 0; x < out.width; ++x) {
        const Position here = position(x, plane.valid_width, out.width);
        fraction_[static_cast<size_t>(x)] = here.fraction;
        keep_[static_cast<size_t>(x)] = 1.0f - here.fraction;
        if (cells_.empty() || cells_.back().left != here.whole) {
            cells_.push_back({here.whole, x, x});
        }
        cells_.back().end = x + 1;
    }
}

void Upsampler::blend_row(int y) {
    const Position here = position(y, plane_.valid_height, out_.height);
    const int rows = static_cast<int>(std::ceil(plane_.valid_height));
    const float* upper = plane_.data + ptrdiff_t{here.whole} * plane_.width;
    const float* lower = plane_.data + ptrdiff_t{std::min(here.whole + 1, rows - 1)} * plane_.width;
    const float keep = 1.0f - here.fraction;
    for (int x = 0; x < columns_; ++x) {
        row_[static_cast<size_t>(x)] = keep * upper[x] + here.fraction * lower[x];
    }
    row_[static_cast<size_t>(columns_)] = row_[static_cast<size_t>(columns_) - 1];
}

void Upsampler::write_row(int y, float* out) {
    blend_row(y);
    for (const Cell& cell : cells_) {
        const float a = row_[static_cast<size_t>(cell.left)];
        const float b = row_[static_cast<size_t>(cell.left) + 1];
        const float* fraction = fraction_.data();
        const float* keep = keep_.data();
        for (int x = cell.begin; x < cell.end; ++x) {
            out[x] = keep[x] * a + fraction[x] * b;
        }
    }
}

void Upsampler::write_alpha_row(int y, uint8_t* out) {
    const SigmoidByte& to_byte = SigmoidByte::get();
    const float opaque = to_byte.least(255);
    const float clear = to_byte.least(1);
    blend_row(y);
    for (const Cell& cell : cells_) {
        const float a = row_[static_cast<size_t>(cell.left)];
        const float b = row_[static_cast<size_t>(cell.left) + 1];
        const bool all_opaque = std::min(a, b) > opaque;
        if (all_opaque || std::max(a, b) < clear) {
            std::fill(out + cell.begin, out + cell.end, uint8_t(all_opaque ? 255 : 0));
            continue;
        }
        for (int x = cell.begin; x < cell.end; ++x) {
            out[x] = to_byte(at(a, b, x));
        }
    }
}

void Upsampler::add_runs(int y, float threshold, RunMask& mask) {
    blend_row(y);
    for (const Cell& cell : cells_) {
        const float a = row_[static_cast<size_t>(cell.left)];
        const float b = row_[static_cast<size_t>(cell.left) + 1];
        if (a > threshold && b > threshold) {
            mask.add(cell.begin, cell.end);
        } else if (a > threshold || b > threshold) {
            for (int x = cell.begin; x < cell.end; ++x) {
                if (at(a, b, x) > threshold) {
                    mask.add(x, x + 1);
                }
            }
        }
    }
}

}  // namespace ssam
