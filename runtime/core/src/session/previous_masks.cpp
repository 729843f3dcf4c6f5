#include "session/previous_masks.h"

#include <cmath>

namespace ssam {

void PreviousMasks::forget() noexcept {
    for (Slot& each : slots_) {
        each.depth = kNever;
        each.filled = false;
    }
    act(0, true);
}

void PreviousMasks::forget_automatic() noexcept {
    for (Slot& each : slots_) {
        each.filled = each.filled && !each.automatic;
    }
    if (shown_automatic_) {
        shown_at_ = kNever;
    }
}

void PreviousMasks::act(size_t depth, bool anew, bool idle) noexcept {
    shown_at_ = idle && shown_at_ == depth - 1 ? depth : kNever;
    Slot& here = slot(depth);
    here.depth = depth;
    here.anew = anew;
    here.filled = false;
}

const float* PreviousMasks::before(size_t depth, bool automatic) const noexcept {
    for (size_t at = depth; at > 0; --at) {
        // A slot that has gone to a later action ends the way back.
        if (slot(at).depth != at || slot(at).anew) {
            return nullptr;
        }
        const Slot& former = slot(at - 1);
        if (former.depth != at - 1) {
            return nullptr;
        }
        if (former.filled) {
            return former.automatic == automatic ? former.logits.data() : nullptr;
        }
    }
    return nullptr;
}

void PreviousMasks::show(size_t depth, bool automatic, const RunMask& mask) {
    shown_at_ = kNever;
    shown_.reserve(mask.runs().capacity());  // the next ones may have more runs
    shown_ = mask;
    shown_automatic_ = automatic;
    shown_at_ = depth;
}

bool PreviousMasks::shows(size_t depth, bool automatic, double x, double y,
                          bool foreground) const noexcept {
    if (shown_at_ != depth || shown_automatic_ != automatic) {
        return false;
    }
    // As doubles first: a click that is refused later may lie anywhere, or nowhere.
    const double column = std::floor(x + 0.5);
    const double row = std::floor(y + 0.5);
    const bool inside = column >= 0 && column < shown_.width() && row >= 0 && row < shown_.height();
    return inside && covers(shown_, static_cast<int>(column), static_cast<int>(row)) == foreground;
}

void PreviousMasks::remember(size_t depth, bool automatic, const float* logits, size_t count) {
    Slot& here = slot(depth);
    if (here.depth != depth) {
        act(depth, true);  // the slot had gone to a later action, which was undone
    }
    here.filled = false;
    here.logits.assign(logits, logits + count);
    here.automatic = automatic;
    here.filled = true;
}

}  // namespace ssam
