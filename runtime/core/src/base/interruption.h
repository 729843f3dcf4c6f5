// Whether whoever waits for a long reading of files still wants it: asked on the reading thread.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/failure.h"

namespace ssam {

class Interruption {
 public:
    using Stop = int32_t (*)(void*);

    // See ssam_stop_reading_when.
    static void set(Stop stop, void* context) noexcept { of_this_thread() = {stop, context, {}}; }

    // Throws SSAM_ERROR_CANCELLED once the answer is yes. Cheap: it asks some times a second,
    // however often it is called, for the one who is asked may have to wait for a lock.
    static void check() {
        Asked& asked = of_this_thread();
        const auto now = std::chrono::steady_clock::now();
        if (asked.stop == nullptr || now - asked.last < kPause) {
            return;
        }
        asked.last = now;
        if (asked.stop(asked.context) != 0) {
            fail(SSAM_ERROR_CANCELLED, "the reading of the bundle was cancelled");
        }
    }

 private:
    static constexpr std::chrono::milliseconds kPause{50};

    struct Asked {
        Stop stop = nullptr;
        void* context = nullptr;
        std::chrono::steady_clock::time_point last{};
    };

    static Asked& of_this_thread() noexcept {
        thread_local Asked asked;
        return asked;
    }
};

}  // namespace ssam
