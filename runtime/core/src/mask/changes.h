// Where a mask changes from one row to the next.
#pragma once

#include <algorithm>

#include "mask/runs.h"

namespace ssam {

// The ends of the runs of a row as one ascending sequence of columns: begin, end, begin, end ...
// Rows outside the mask are empty.
class Ends {
 public:
    Ends(const RunMask& mask, int y) : runs_(mask.runs().data()) {
        if (y >= 0 && y < mask.height()) {
            first_ = 2 * mask.row_begin(y);
            last_ = 2 * mask.row_end(y);
        }
    }

    size_t first() const { return first_; }  // index of the first end, counted over the whole mask
    size_t last() const { return last_; }    // one past the last

    int column(size_t end) const {
        const Run& run = runs_[end / 2];
        return end % 2 == 0 ? run.begin : run.end;
    }

 private:
    const Run* runs_;
    size_t first_ = 0;
    size_t last_ = 0;
};

// Calls visit(begin, end) for the stretches of columns where rows y - 1 and y differ. y may be the
// height: the row below the mask is empty.
template <typename Visit>
void for_each_change(const RunMask& mask, int y, Visit&& visit) {
    const Ends above(mask, y - 1);
    const Ends here(mask, y);
    size_t i = above.first();
    size_t j = here.first();
    int begin = 0;
    bool open = false;
    while (i < above.last() || j < here.last()) {
        const bool from_above =
            j == here.last() || (i < above.last() && above.column(i) <= here.column(j));
        const int column = from_above ? above.column(i++) : here.column(j++);
        if (open && begin < column) {
            visit(begin, column);
        }
        begin = column;
        open = !open;
    }
}

}  // namespace ssam
