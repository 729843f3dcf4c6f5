#include "session/previous_masks.h"

namespace ssam {

void PreviousMasks::forget() noexcept {
    for (Slot& each : slots_) {
        each.depth = SIZE_MAX;
        each.filled = false;
    }
    act(0, true);
}

void PreviousMasks::forget_automatic() noexcept {
    for (Slot& each : slots_) {
        each.filled = each.filled && !each.automatic;
    }
}

void PreviousMasks::act(size_t depth, bool anew) noexcept {
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
