#include "mask/plane_shape.h"

#include <algorithm>

namespace ssam {
namespace {

// Bytes of a row that are 1 and whose eight neighbours are 1 too. `above` and `below` are the row
// itself at the photo's border: what lies beside the photo is no outside.
int64_t interior(const uint8_t* above, const uint8_t* row, const uint8_t* below, int width,
                 uint8_t* column) {
    for (int x = 0; x < width; ++x) {
        column[x] = above[x] & row[x] & below[x];
    }
    int64_t count = 0;
    for (int x = 1; x + 1 < width; ++x) {
        count += column[x - 1] & column[x] & column[x + 1];
    }
    if (width == 1) {
        return column[0];
    }
    return count + (column[0] & column[1]) + (column[width - 2] & column[width - 1]);
}

}  // namespace

Outline outline(const uint8_t* inside, int width, int height, uint8_t* column) {
    Outline found;
    found.x0 = width;
    for (int y = 0; y < height; ++y) {
        const uint8_t* const row = inside + static_cast<ptrdiff_t>(y) * width;
        const auto pixels = static_cast<int64_t>(std::count(row, row + width, uint8_t{1}));
        if (pixels == 0) {
            continue;
        }
        found.y0 = found.area == 0 ? y : found.y0;
        found.y1 = y + 1;
        found.area += pixels;
        found.contour += pixels - interior(y == 0 ? row : row - width, row,
                                           y == height - 1 ? row : row + width, width, column);
        found.border += row[0] + row[width - 1];
        found.border += (y == 0 ? pixels : 0) + (y == height - 1 ? pixels : 0);
        const auto first = static_cast<int>(std::find(row, row + width, uint8_t{1}) - row);
        int last = width - 1;
        while (row[last] == 0) {
            --last;
        }
        found.x0 = std::min(found.x0, first);
        found.x1 = std::max(found.x1, last + 1);
    }
    if (found.area == 0) {
        found.x0 = 0;
    }
    return found;
}

uint32_t PieceFinder::piece_of(uint32_t run) {
    while (runs_[run].piece != run) {
        runs_[run].piece = runs_[runs_[run].piece].piece;
        run = runs_[run].piece;
    }
    return run;
}

// Runs of neighbouring rows that touch are joined.
int64_t PieceFinder::largest(const uint8_t* inside, int width, int height) {
    runs_.clear();
    size_t above = 0;  // the first run of the row above
    for (int y = 0; y < height; ++y) {
        const uint8_t* const row = inside + static_cast<ptrdiff_t>(y) * width;
        const size_t here = runs_.size();
        size_t candidate = above;
        for (int x = 0; x < width;) {
            if (row[x] == 0) {
                ++x;
                continue;
            }
            const int begin = x;
            while (x < width && row[x] != 0) {
                ++x;
            }
            const auto run = static_cast<uint32_t>(runs_.size());
            runs_.push_back({begin, x, run, x - begin});
            // Runs above that end left of this one's left neighbour touch no later run either.
            while (candidate < here && runs_[candidate].end < begin) {
                ++candidate;
            }
            for (size_t k = candidate; k < here && runs_[k].begin <= x; ++k) {
                join(static_cast<uint32_t>(k), run);
            }
        }
        above = here;
    }
    int64_t largest = 0;
    for (const Run& run : runs_) {
        largest = std::max(largest, run.pixels);
    }
    return largest;
}

void PieceFinder::join(uint32_t one, uint32_t two) {
    const uint32_t kept = piece_of(one);
    const uint32_t gone = piece_of(two);
    if (kept != gone) {
        runs_[gone].piece = kept;
        runs_[kept].pixels += runs_[gone].pixels;
    }
}

}  // namespace ssam
