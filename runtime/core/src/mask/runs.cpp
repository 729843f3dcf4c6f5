#include "mask/runs.h"

#include <algorithm>
#include <cstring>

namespace ssam {

int64_t RunMask::area() const {
    int64_t area = 0;
    for (const Run& run : runs_) {
        area += run.end - run.begin;
    }
    return area;
}

Rect RunMask::bounds() const {
    int left = width_, right = 0, top = -1, bottom = -1;
    for (int y = 0; y < height_; ++y) {
        if (row_begin(y) == row_end(y)) {
            continue;
        }
        top = top < 0 ? y : top;
        bottom = y;
        left = std::min(left, runs_[row_begin(y)].begin);
        right = std::max(right, runs_[row_end(y) - 1].end);
    }
    return top < 0 ? Rect{0, 0, 0, 0} : Rect{left, top, right - left, bottom - top + 1};
}

RunMask runs_of_bitmap(const uint8_t* bitmap, int width, int height, ptrdiff_t stride) {
    RunMask mask(width, height);
    for (int y = 0; y < height; ++y) {
        const uint8_t* row = bitmap + y * stride;
        int x = 0;
        while (x < width) {
            while (x < width && row[x] == 0) {
                ++x;
            }
            const int begin = x;
            while (x < width && row[x] != 0) {
                ++x;
            }
            mask.add(begin, x);
        }
        mask.finish_row();
    }
    return mask;
}

void render(const RunMask& mask, uint8_t value, uint8_t* out, ptrdiff_t stride) {
    for (int y = 0; y < mask.height(); ++y) {
        uint8_t* row = out + y * stride;
        std::memset(row, 0, static_cast<size_t>(mask.width()));
        for (size_t i = mask.row_begin(y); i < mask.row_end(y); ++i) {
            const Run& run = mask.runs()[i];
            std::memset(row + run.begin, value, static_cast<size_t>(run.end - run.begin));
        }
    }
}

RunMask complement(const RunMask& mask) {
    RunMask rest(mask.width(), mask.height());
    for (int y = 0; y < mask.height(); ++y) {
        int x = 0;
        for (size_t i = mask.row_begin(y); i < mask.row_end(y); ++i) {
            rest.add(x, mask.runs()[i].begin);
            x = mask.runs()[i].end;
        }
        rest.add(x, mask.width());
        rest.finish_row();
    }
    return rest;
}

RunMask unite(const RunMask& a, const RunMask& b) {
    RunMask both(a.width(), a.height());
    for (int y = 0; y < a.height(); ++y) {
        size_t i = a.row_begin(y);
        size_t j = b.row_begin(y);
        int covered = 0;  // everything left of it is written
        while (i < a.row_end(y) || j < b.row_end(y)) {
            const bool from_a =
                j == b.row_end(y) || (i < a.row_end(y) && a.runs()[i].begin <= b.runs()[j].begin);
            const Run& run = from_a ? a.runs()[i++] : b.runs()[j++];
            both.add(std::max(run.begin, covered), run.end);
            covered = std::max(covered, run.end);
        }
        both.finish_row();
    }
    return both;
}

bool covers(const RunMask& mask, int x, int y) {
    size_t first = mask.row_begin(y);
    return touches(mask, y, {x, x + 1}, first);
}

bool touches(const RunMask& mask, int y, const Run& run, size_t& hint) {
    while (hint < mask.row_end(y) && mask.runs()[hint].end <= run.begin) {
        ++hint;
    }
    return hint < mask.row_end(y) && mask.runs()[hint].begin < run.end;
}

}  // namespace ssam
