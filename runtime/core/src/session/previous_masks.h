// The masks that a session has predicted, by the prompts they came from: what a prediction builds
// on, and what undo goes back to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "mask/runs.h"

namespace ssam {

// Prompts are counted as actions: the depth is how many can be undone. Never allocates but in
// remember(), once for each depth.
class PreviousMasks {
 public:
    // A new photo.
    void forget() noexcept;

    // Automatic clicks are found in another way: the masks that answered the former ones go.
    void forget_automatic() noexcept;

    // An action has led to `depth`. `anew`: what was predicted before says nothing any more.
    // `idle`: it changes nothing of the mask that is shown.
    void act(size_t depth, bool anew, bool idle = false) noexcept;

    // An action was taken back.
    void undo() noexcept { shown_at_ = kNever; }

    // The logits of the last mask before the latest action, NULL for none. A mask from automatic
    // clicks goes on only while these are used, and the other way round.
    const float* before(size_t depth, bool automatic) const noexcept;

    // The finished mask of what was predicted at `depth`.
    void show(size_t depth, bool automatic, const RunMask& mask);

    // Whether the mask shown last, if it is that of `depth`, has this kind of pixel at (x, y).
    bool shows(size_t depth, bool automatic, double x, double y, bool foreground) const noexcept;

    // What was predicted at `depth`.
    void remember(size_t depth, bool automatic, const float* logits, size_t count);

 private:
    static constexpr size_t kKept = 32;
    static constexpr size_t kNever = SIZE_MAX;

    struct Slot {
        size_t depth = kNever;
        bool anew = false;
        bool filled = false;
        bool automatic = false;
        std::vector<float> logits;
    };

    const Slot& slot(size_t depth) const { return slots_[depth % kKept]; }
    Slot& slot(size_t depth) { return slots_[depth % kKept]; }

    std::array<Slot, kKept> slots_;
    size_t shown_at_ = kNever;
    bool shown_automatic_ = false;
    RunMask shown_{0, 0};
};

}  // namespace ssam
