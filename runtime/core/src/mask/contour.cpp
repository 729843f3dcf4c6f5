#include "mask/contour.h"

#include <cstddef>

#include "base/failure.h"
#include "mask/changes.h"
#include "mask/components.h"

namespace ssam {
namespace {

// Every end of a run is a vertical edge, one row high. Its upper tip has number 2 * end, its lower
// tip 2 * end + 1; `Links` says which tip each is joined to along the horizontal line they lie on.
using Links = std::vector<size_t>;

// A run costs some 330 bytes where it is an outline of its own. Photos' masks have some thousand;
// this many has a checkerboard of two megapixels.
constexpr size_t kMostRuns = size_t{1} << 20;

size_t upper_tip(size_t end) { return 2 * end; }
size_t lower_tip(size_t end) { return 2 * end + 1; }

// Joins the tips on the line between rows y - 1 and y. From left to right, two and two: between
// them the rows differ, so that the outline runs along the line.
void link_line(const RunMask& mask, int y, Links& links) {
    const Ends above(mask, y - 1);
    const Ends here(mask, y);
    size_t i = above.first();
    size_t j = here.first();
    bool open = false;
    size_t waiting = 0;
    while (i < above.last() || j < here.last()) {
        bool from_above = j == here.last();
        if (i < above.last() && j < here.last()) {
            from_above = above.column(i) < here.column(j);
            if (above.column(i) == here.column(j) && open) {
                // Two pixels touch at a corner. Pieces are 8-connected, so the outline passes from
                // one to the other: coming along the lower side of the pixel above (whose run ends
                // here) it goes on downwards, else upwards.
                from_above = i % 2 == 0;
            }
        }
        const size_t tip = from_above ? lower_tip(i++) : upper_tip(j++);
        if (open) {
            links[waiting] = tip;
            links[tip] = waiting;
        }
        waiting = tip;
        open = !open;
    }
}

class Tracer {
 public:
    explicit Tracer(const RunMask& mask)
        : mask_(mask), links_(4 * mask.runs().size()), seen_(2 * mask.runs().size(), 0) {
        row_of_run_.reserve(mask.runs().size());
        for (int y = 0; y < mask.height(); ++y) {
            row_of_run_.insert(row_of_run_.end(), mask.row_end(y) - mask.row_begin(y), y);
        }
        for (int y = 0; y <= mask.height(); ++y) {
            link_line(mask, y, links_);
        }
    }

    bool seen(size_t end) const { return seen_[end] != 0; }

    // The ring through `end`, the left end of a run: up along it, foreground on the right hand.
    std::vector<Corner> trace(size_t end) {
        std::vector<Corner> corners;
        const Ends ends(mask_, 0);
        const size_t start = upper_tip(end);
        size_t tip = start;
        do {
            seen_[tip / 2] = 1;
            const size_t next = links_[tip];
            const int y = row_of_run_[tip / 4] + static_cast<int>(tip % 2);
            const int from = ends.column(tip / 2);
            const int to = ends.column(next / 2);
            if (from != to) {
                corners.push_back({from, y});
                corners.push_back({to, y});
            }
            tip = next ^ 1u;  // along the edge to its other tip
        } while (tip != start);
        return corners;
    }

 private:
    const RunMask& mask_;
    Links links_;
    std::vector<char> seen_;
    std::vector<int> row_of_run_;
};

}  // namespace

int64_t twice_area(const std::vector<Corner>& corners) {
    int64_t sum = 0;
    for (size_t i = 0; i < corners.size(); ++i) {
        const Corner& a = corners[i];
        const Corner& b = corners[i + 1 < corners.size() ? i + 1 : 0];
        sum += int64_t{a.x} * b.y - int64_t{b.x} * a.y;
    }
    return sum;
}

std::vector<Ring> trace_contour(const RunMask& mask) {
    if (mask.runs().size() > kMostRuns) {
        fail(SSAM_ERROR_INVALID_ARGUMENT,
             "the outline is too ragged: the mask has more than 1048576 runs of pixels; keep its "
             "largest piece or smooth it first");
    }
    const Pieces pieces = find_pieces(mask, Neighbours::kEight);
    Tracer tracer(mask);
    // By piece: the outer ring first (it holds the piece's first pixel), then the holes.
    std::vector<std::vector<Ring>> by_piece(pieces.count);
    for (size_t run = 0; run < mask.runs().size(); ++run) {
        if (!tracer.seen(2 * run)) {
            by_piece[pieces.of_run[run]].push_back({tracer.trace(2 * run), -1});
        }
    }
    std::vector<Ring> rings;
    for (std::vector<Ring>& piece : by_piece) {
        const auto outer = static_cast<int32_t>(rings.size());
        for (size_t i = 0; i < piece.size(); ++i) {
            piece[i].parent = i == 0 ? -1 : outer;
            rings.push_back(std::move(piece[i]));
        }
    }
    return rings;
}

}  // namespace ssam
