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
        int byte = guess_[static_cast<size_t>((logit + kRange) * kSteps)];
        while (byte < 255 && logit >= least_[static_cast<size_t>(byte) + 1]) {
            ++byte;
        }
        return static_cast<uint8_t>(byte);
    }

    // The least logit that gives `byte` (1...255).
    float least(int byte) const { return least_[static_cast<size_t>(byte)]; }

 private:
    SigmoidByte();

    // Beyond it the answer is 0 or 255: |ln(0.5 / 254.5)| = 6.23.
    static constexpr float kRange = 6.5f;
    static constexpr float kSteps = 64.0f;

    std::array<float, 256> least_{};
    std::array<uint8_t, 833> guess_{};  // 2 * kRange * kSteps + 1, each not above the answer
};

}  // namespace ssam
