// A bundle joined with the engine that runs its programs.
#pragma once

#include <initializer_list>
#include <memory>
#include <mutex>
#include <vector>

#include "bundle/bundle.h"
#include "squeezesam/ssam.h"

namespace ssam {

// A tensor of a program, by name.
struct NamedData {
    const char* name;
    float* data;
};

// The tensors of a call, wherever they are kept.
struct NamedList {
    const NamedData* data;
    size_t count;

    NamedList(const NamedData* first, size_t size) : data(first), count(size) {}
    NamedList(const std::vector<NamedData>& list) : data(list.data()), count(list.size()) {}

    const NamedData* begin() const { return data; }
    const NamedData* end() const { return data + count; }
};

// Shareable between threads.
class Segmenter {
 public:
    Segmenter(std::shared_ptr<const Bundle> bundle, const ssam_engine& engine)
        : bundle_(std::move(bundle)), engine_(engine) {}
    ~Segmenter();
    Segmenter(const Segmenter&) = delete;
    Segmenter& operator=(const Segmenter&) = delete;

    const Bundle& bundle() const { return *bundle_; }
    const Manifest& manifest() const { return bundle_->manifest; }

    // Runs a program; throws Failure when the engine reports one or an output is not finite.
    void run(int32_t program, const NamedList& inputs, const NamedList& outputs) const;

    void run(int32_t program, std::initializer_list<NamedData> inputs,
             std::initializer_list<NamedData> outputs) const {
        run(program, NamedList(inputs.begin(), inputs.size()),
            NamedList(outputs.begin(), outputs.size()));
    }

    void prewarm() const;

 private:
    std::shared_ptr<const Bundle> bundle_;
    ssam_engine engine_;
    mutable std::mutex mutex_;  // around an engine that takes one call at a time
};

}  // namespace ssam
