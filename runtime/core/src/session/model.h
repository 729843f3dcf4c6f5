// A bundle joined with the engine that runs its programs.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "bundle/bundle.h"
#include "squeezesam/ssam.h"

namespace ssam {

// Shareable between threads.
class Model {
 public:
    Model(std::shared_ptr<const Bundle> bundle, const ssam_engine& engine)
        : bundle_(std::move(bundle)), engine_(engine) {}
    ~Model();
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    const std::shared_ptr<const Bundle>& bundle() const { return bundle_; }
    const Manifest& manifest() const { return bundle_->manifest; }

    // Runs a program on tensors in the manifest's order; throws Failure when the engine reports one
    // or an output is not finite. Does not touch the heap.
    void run(size_t program, float* const* inputs, float* const* outputs) const;

    void prewarm() const;

 private:
    std::shared_ptr<const Bundle> bundle_;
    ssam_engine engine_;
    mutable std::mutex mutex_;  // around an engine that takes one call at a time
};

}  // namespace ssam
