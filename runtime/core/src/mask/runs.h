// A binary mask as runs of foreground, row by row. A 12-megapixel mask is a few thousand runs, so
// everything after the network works on these and touches pixels only to write them out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/image.h"

namespace ssam {

struct Run {
    int begin;  // first column
    int end;    // one past the last
};

inline bool operator==(const Run& a, const Run& b) { return a.begin == b.begin && a.end == b.end; }

// Rows are filled from the top: add runs of a row from left to right, then finish_row().
class RunMask {
 public:
    RunMask(int width, int height) { reset(width, height); }

    // Makes it a mask without rows yet; its memory is reused.
    void reset(int width, int height) {
        width_ = width;
        height_ = height;
        runs_.clear();
        row_starts_.clear();
        row_starts_.reserve(static_cast<size_t>(height) + 1);
        row_starts_.push_back(0);
    }

    void reserve(size_t runs) { runs_.reserve(runs); }

    // Runs that touch the one before are joined to it.
    void add(int begin, int end) {
        if (begin >= end) {
            return;
        }
        if (runs_.size() > row_starts_.back() && runs_.back().end == begin) {
            runs_.back().end = end;
        } else {
            runs_.push_back({begin, end});
        }
    }

    void finish_row() { row_starts_.push_back(runs_.size()); }

    int width() const { return width_; }
    int height() const { return height_; }
    const std::vector<Run>& runs() const { return runs_; }

    // Indices of the runs of row y: row_begin(y) ... row_end(y) - 1.
    size_t row_begin(int y) const { return row_starts_[static_cast<size_t>(y)]; }
    size_t row_end(int y) const { return row_starts_[static_cast<size_t>(y) + 1]; }

    int64_t area() const;
    Rect bounds() const;  // all 0 when empty

 private:
    int width_ = 0;
    int height_ = 0;
    std::vector<Run> runs_;
    std::vector<size_t> row_starts_;
};

// Foreground: bytes that are not 0.
RunMask runs_of_bitmap(const uint8_t* bitmap, int width, int height, ptrdiff_t stride);

void render(const RunMask& mask, uint8_t value, uint8_t* out, ptrdiff_t stride);

RunMask complement(const RunMask& mask);

// Foreground of either. Same size.
RunMask unite(const RunMask& a, const RunMask& b);

// Is the pixel foreground? It lies within the mask.
bool covers(const RunMask& mask, int x, int y);

// Is any pixel of `run` foreground of row y? `hint` is an index from where to look on, kept by the
// caller from one run of a row to the next (start with row_begin(y)).
bool touches(const RunMask& mask, int y, const Run& run, size_t& hint);

}  // namespace ssam
