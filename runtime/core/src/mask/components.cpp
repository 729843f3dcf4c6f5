#include "mask/components.h"

#include <algorithm>

namespace ssam {
namespace {

// Union-find whose representative is always the smallest member: the first run in raster order.
class Forest {
 public:
    explicit Forest(size_t size) : parent_(size) {
        for (size_t i = 0; i < size; ++i) {
            parent_[i] = i;
        }
    }

    size_t root(size_t i) {
        while (parent_[i] != i) {
            parent_[i] = parent_[parent_[i]];
            i = parent_[i];
        }
        return i;
    }

    void join(size_t a, size_t b) {
        a = root(a);
        b = root(b);
        parent_[std::max(a, b)] = std::min(a, b);
    }

 private:
    std::vector<size_t> parent_;
};

// A copy of `mask` with the runs for which `keep(index)`.
template <typename Keep>
RunMask filter(const RunMask& mask, Keep&& keep) {
    RunMask out(mask.width(), mask.height());
    for (int y = 0; y < mask.height(); ++y) {
        for (size_t i = mask.row_begin(y); i < mask.row_end(y); ++i) {
            if (keep(i)) {
                out.add(mask.runs()[i].begin, mask.runs()[i].end);
            }
        }
        out.finish_row();
    }
    return out;
}

}  // namespace

Pieces find_pieces(const RunMask& mask, Neighbours neighbours) {
    const std::vector<Run>& runs = mask.runs();
    const int reach = neighbours == Neighbours::kEight ? 1 : 0;
    Forest forest(runs.size());
    for (int y = 1; y < mask.height(); ++y) {
        size_t above = mask.row_begin(y - 1);
        size_t here = mask.row_begin(y);
        while (above < mask.row_end(y - 1) && here < mask.row_end(y)) {
            const Run& a = runs[above];
            const Run& b = runs[here];
            if (a.begin < b.end + reach && b.begin < a.end + reach) {
                forest.join(above, here);
            }
            // Move past the one that ends first: the other row's next run begins at least one
            // column after the end of its present one, out of reach even diagonally.
            if (a.end < b.end) {
                ++above;
            } else {
                ++here;
            }
        }
    }
    Pieces pieces{std::vector<size_t>(runs.size()), 0};
    for (size_t i = 0; i < runs.size(); ++i) {
        const size_t root = forest.root(i);
        pieces.of_run[i] = root == i ? pieces.count++ : pieces.of_run[root];
    }
    return pieces;
}

std::vector<int64_t> piece_areas(const RunMask& mask, const Pieces& pieces) {
    std::vector<int64_t> areas(pieces.count, 0);
    for (size_t i = 0; i < mask.runs().size(); ++i) {
        areas[pieces.of_run[i]] += mask.runs()[i].end - mask.runs()[i].begin;
    }
    return areas;
}

RunMask keep_largest(const RunMask& mask) {
    const Pieces pieces = find_pieces(mask, Neighbours::kEight);
    if (pieces.count < 2) {
        return mask;
    }
    const std::vector<int64_t> areas = piece_areas(mask, pieces);
    const auto largest =
        static_cast<size_t>(std::max_element(areas.begin(), areas.end()) - areas.begin());
    return filter(mask, [&](size_t i) { return pieces.of_run[i] == largest; });
}

RunMask fill_holes(const RunMask& mask, int64_t max_area) {
    const RunMask background = complement(mask);
    const Pieces pieces = find_pieces(background, Neighbours::kFour);
    const std::vector<int64_t> areas = piece_areas(background, pieces);
    std::vector<char> fill(pieces.count);
    for (size_t piece = 0; piece < pieces.count; ++piece) {
        fill[piece] = max_area < 0 || areas[piece] <= max_area;
    }
    for (int y = 0; y < background.height(); ++y) {
        const bool edge_row = y == 0 || y == background.height() - 1;
        for (size_t i = background.row_begin(y); i < background.row_end(y); ++i) {
            const Run& run = background.runs()[i];
            if (edge_row || run.begin == 0 || run.end == background.width()) {
                fill[pieces.of_run[i]] = 0;
            }
        }
    }
    return unite(mask, filter(background, [&](size_t i) { return fill[pieces.of_run[i]] != 0; }));
}

RunMask pieces_apart(const RunMask& mask, Neighbours neighbours, const RunMask& other) {
    const Pieces pieces = find_pieces(mask, neighbours);
    std::vector<char> apart(pieces.count, 1);
    for (int y = 0; y < mask.height(); ++y) {
        size_t hint = other.row_begin(y);
        for (size_t i = mask.row_begin(y); i < mask.row_end(y); ++i) {
            if (touches(other, y, mask.runs()[i], hint)) {
                apart[pieces.of_run[i]] = 0;
            }
        }
    }
    return filter(mask, [&](size_t i) { return apart[pieces.of_run[i]] != 0; });
}

}  // namespace ssam
