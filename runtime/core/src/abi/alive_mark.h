// Finds handles that are used after they were freed, in builds for debugging.
#pragma once

#include <atomic>
#include <cstdint>

namespace ssam {

#if !defined(NDEBUG) || defined(SSAM_CHECK_HANDLES)
constexpr bool kChecksHandles = true;
#else
constexpr bool kChecksHandles = false;
#endif

// A number in a handle that memory holds by chance hardly ever.
class AliveMark {
 public:
    bool alive() const { return mark_.load(std::memory_order_relaxed) == kAlive; }

    // False for the second time.
    bool end() { return mark_.exchange(kDead, std::memory_order_relaxed) == kAlive; }

 private:
    static constexpr uint32_t kAlive = 0x55a3a11e;
    static constexpr uint32_t kDead = 0xdead55a3;

    std::atomic<uint32_t> mark_{kAlive};
};

}  // namespace ssam
