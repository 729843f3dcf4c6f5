// A plane of logits seen at the photo's size: bilinear between pixel centres, edges clamped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/exact_arithmetic.h"
#include "image/geometry.h"
#include "mask/runs.h"

namespace ssam {

// `valid_width` x `valid_height`: the part of the plane that the photo covers, in plane pixels.
struct PlaneView {
    const float* data;
    int width;
    int height;
    double valid_width;
    double valid_height;
};

// Position on a plane of an output pixel's centre along one axis, split into whole part and
// fraction.
struct Position {
    int whole;
    float fraction;
};

// `valid`: how much of the plane the `out_size` pixels cover.
Position position(int out, double valid, int out_size);

// Precomputed positions; `plane.data` must outlive it. Rows may be asked for in any order, by one
// thread at a time.
class Upsampler {
 public:
    Upsampler() = default;
    Upsampler(const PlaneView& plane, Size out) { prepare(plane, out); }

    // Another plane, another size; memory is reused.
    void prepare(const PlaneView& plane, Size out);

    Size size() const { return out_; }

    void write_row(int y, float* out);

    // round(255 * sigmoid) of a row.
    void write_alpha_row(int y, uint8_t* out);

    // Adds to `mask` the runs of row y where the logit is > threshold. For threshold 0 this is
    // exactly where write_row gives more than 0.
    void add_runs(int y, float threshold, RunMask& mask);

 private:
    // Output columns begin ... end - 1 lie between plane columns `left` and `left + 1`.
    struct Cell {
        int left;
        int begin;
        int end;
    };

    void blend_row(int y);  // fills row_
    float at(float a, float b, int x) const {
        // Both terms keep their sign: between two logits of one sign there is no other.
        return keep_[static_cast<size_t>(x)] * a + fraction_[static_cast<size_t>(x)] * b;
    }

    PlaneView plane_{};
    Size out_{};
    int columns_ = 0;  // plane columns in use
    std::vector<Cell> cells_;
    std::vector<float> fraction_;  // by output column
    std::vector<float> keep_;      // 1 - fraction
    std::vector<float> row_;       // one plane row between two, and its last value once more
};

}  // namespace ssam
