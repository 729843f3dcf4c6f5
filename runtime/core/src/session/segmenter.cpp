#include "session/segmenter.h"

#include <array>
#include <cmath>
#include <cstring>
#include <string>

#include "base/failure.h"
#include "base/utf8.h"

namespace ssam {
namespace {

// No program has more inputs, or more outputs.
constexpr size_t kMaxTensors = 4;

struct TensorList {
    std::array<ssam_tensor, kMaxTensors> tensors{};
    size_t count = 0;

    int32_t size() const { return static_cast<int32_t>(count); }
};

// The tensors in the manifest's order, without touching the heap.
TensorList arrange(const std::vector<TensorSpec>& specs, const NamedList& given) {
    TensorList list;
    for (const TensorSpec& spec : specs) {
        for (const NamedData& named : given) {
            if (spec.name == named.name && list.count < kMaxTensors) {
                list.tensors[list.count++] = {spec.name.c_str(), named.data,
                                              static_cast<int32_t>(spec.shape.size()),
                                              spec.shape.data(), spec.count()};
            }
        }
    }
    if (list.count != specs.size()) {
        fail(SSAM_ERROR_INTERNAL, "a program's tensors do not match its manifest");
    }
    return list;
}

const char* program_name(int32_t program) {
    return program == SSAM_PROGRAM_SEGMENTER ? "segmenter" : "saliency";
}

void check_finite(const ssam_tensor& tensor, int32_t program) {
    for (int64_t i = 0; i < tensor.count; ++i) {
        if (!std::isfinite(tensor.data[i])) {
            fail(SSAM_ERROR_ENGINE, std::string("the ") + program_name(program) +
                                        " program returned a value in \"" + tensor.name +
                                        "\" that is not a number");
        }
    }
}

}  // namespace

Segmenter::~Segmenter() {
    if (engine_.release != nullptr) {
        engine_.release(engine_.user);
    }
}

void Segmenter::run(int32_t program, const NamedList& inputs, const NamedList& outputs) const {
    const ProgramSpec& spec = manifest().programs[static_cast<size_t>(program)];
    const TensorList in = arrange(spec.inputs, inputs);
    TensorList out = arrange(spec.outputs, outputs);
    char message[512] = "";
    ssam_status status = SSAM_OK;
    {
        std::unique_lock<std::mutex> lock(mutex_, std::defer_lock);
        if ((engine_.flags & SSAM_ENGINE_CONCURRENT) == 0) {
            lock.lock();
        }
        status = engine_.run(engine_.user, program, in.tensors.data(), in.size(),
                             out.tensors.data(), out.size(), message, sizeof message);
    }
    message[sizeof message - 1] = '\0';
    if (status == SSAM_ERROR_CANCELLED) {
        fail(status, "the prediction was cancelled");
    }
    if (status == SSAM_ERROR_OUT_OF_MEMORY) {
        throw std::bad_alloc();
    }
    if (status != SSAM_OK) {
        const bool explained = message[0] != '\0' && is_utf8(message);
        fail(SSAM_ERROR_ENGINE, std::string("the ") + program_name(program) + " program failed: " +
                                    (explained ? message : "the engine gave no reason"));
    }
    for (size_t i = 0; i < out.count; ++i) {
        check_finite(out.tensors[i], program);
    }
}

void Segmenter::prewarm() const {
    for (int32_t program = 0; program < 2; ++program) {
        const ProgramSpec& spec = manifest().programs[static_cast<size_t>(program)];
        if (!spec.present()) {
            continue;
        }
        std::vector<std::vector<float>> memory;
        const auto room = [&memory](const std::vector<TensorSpec>& tensors) {
            std::vector<NamedData> named;
            for (const TensorSpec& tensor : tensors) {
                memory.emplace_back(static_cast<size_t>(tensor.count()), 0.0f);
                named.push_back({tensor.name.c_str(), memory.back().data()});
            }
            return named;
        };
        const std::vector<NamedData> inputs = room(spec.inputs);
        const std::vector<NamedData> outputs = room(spec.outputs);
        run(program, NamedList(inputs), NamedList(outputs));
    }
}

}  // namespace ssam
