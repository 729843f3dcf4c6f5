#include "session/cancellation.h"

#include <utility>

#include "base/failure.h"

namespace ssam {
namespace {

thread_local Cancellation* of_this_thread = nullptr;

}  // namespace

void Cancellation::request() noexcept {
    requested_.store(true, std::memory_order_relaxed);
    const std::lock_guard<std::mutex> lock(mutex_);
    if (const Stop stop = std::exchange(stop_, nullptr)) {
        stop(context_);
    }
}

void Cancellation::check() const {
    if (requested()) {
        fail(SSAM_ERROR_CANCELLED, "the prediction was cancelled");
    }
}

void Cancellation::set_stop(Stop stop, void* context) noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = stop;
    context_ = context;
    // Asked for before the engine could be told: request() found nobody.
    if (stop_ != nullptr && requested()) {
        std::exchange(stop_, nullptr)(context_);
    }
}

Cancellation::Run::Run(Cancellation& of) noexcept
    : of_(of), before_(std::exchange(of_this_thread, &of)) {}

Cancellation::Run::~Run() {
    of_.set_stop(nullptr, nullptr);
    of_this_thread = before_;
}

void Cancellation::on_cancel(Stop stop, void* context) noexcept {
    if (of_this_thread != nullptr) {
        of_this_thread->set_stop(stop, context);
    }
}

}  // namespace ssam
