// How a call that is under way is asked to stop, between its stages and inside of its engine.
#pragma once

#include <atomic>
#include <mutex>

namespace ssam {

class Cancellation {
 public:
    using Stop = void (*)(void*);

    // Any thread. An engine's run that is under way and can be stopped is told.
    void request() noexcept;
    // For the next call, by its thread.
    void reset() noexcept { requested_.store(false, std::memory_order_relaxed); }
    bool requested() const noexcept { return requested_.load(std::memory_order_relaxed); }
    // Throws SSAM_ERROR_CANCELLED once it was requested.
    void check() const;

    // While it lives, on its thread, a run of the engine belongs to this cancellation.
    class Run {
     public:
        explicit Run(Cancellation& of) noexcept;
        ~Run();
        Run(const Run&) = delete;
        Run& operator=(const Run&) = delete;

     private:
        Cancellation& of_;
        Cancellation* before_;
    };

    // See ssam_run_on_cancel.
    static void on_cancel(Stop stop, void* context) noexcept;

 private:
    void set_stop(Stop stop, void* context) noexcept;

    std::atomic<bool> requested_{false};
    std::mutex mutex_;  // around `stop_`: it is never called once its run is over
    Stop stop_ = nullptr;
    void* context_ = nullptr;
};

}  // namespace ssam
