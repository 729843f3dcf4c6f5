// The masks that a session has predicted, by the prompts they came from: what a prediction builds
// on, and what undo goes back to.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

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
    void act(size_t depth, bool anew) noexcept;

    // The logits of the last mask before the latest action, NULL for none. A mask from automatic
    // clicks goes on only while these are used, and the other way round.
    const float* before(size_t depth, bool automatic) const noexcept;

    // What was predicted at `depth`.
    void remember(size_t depth, bool automatic, const float* logits, size_t count);

 private:
    static constexpr size_t kKept = 32;

    struct Slot {
        size_t depth = SIZE_MAX;
        bool anew = false;
        bool filled = false;
        bool automatic = false;
        std::vector<float> logits;
    };

    const Slot& slot(size_t depth) const { return slots_[depth % kKept]; }
    Slot& slot(size_t depth) { return slots_[depth % kKept]; }

    std::array<Slot, kKept> slots_;
};

}  // namespace ssam
