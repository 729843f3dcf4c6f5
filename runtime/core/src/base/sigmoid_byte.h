// Logits to 8 bits: round(255 * sigmoid(logit)), the same on every machine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ssam {

// Decided by comparing with thresholds instead of by calling exp, whose last bit differs between
// platforms; a table of guesses makes it quick.
class SigmoidByte {
 public:
    static const SigmoidByte& get();

    uint8_t operator()(float logit) const {
        if (!(logit > -kRange)) {  // NaN as well
            return 0;
        }
        if (logit >= kRange) {
            return 255;
        }
        const int guess = guess_[static_cast<size_t>((logit + kRange) * kSteps)];
        return static_cast<uint8_t>(guess +
                                    (logit >= least_[static_cast<size_t>(guess) + 1] ? 1 : 0));
    }

    // The least logit that gives `byte` (1...255).
    float least(int byte) const { return least_[static_cast<size_t>(byte)]; }

 private:
    SigmoidByte();

    // Beyond it the answer is 0 or 255: |ln(0.5 / 254.5)| = 6.23.
    static constexpr float kRange = 6.5f;
    // The curve rises by at most 63.75 a unit: two neighbouring cells span half a byte, so that
    // the answer is a cell's guess or one more.
    static constexpr float kSteps = 256.0f;

    std::array<float, 257> least_{};     // the last: infinity
    std::array<uint8_t, 3329> guess_{};  // 2 * kRange * kSteps + 1
};

}  // namespace ssam
