#include "segmenter.h"

#include <cmath>
#include <cstring>
#include <string>

#include "failure.h"
#include "utf8.h"

namespace ssam {
namespace {

// The tensors in the manifest's order.
std::vector<ssam_tensor> arrange(const std::vector<TensorSpec>& specs,
                                 const std::vector<NamedData>& given) {
    std::vector<ssam_tensor> tensors;
    tensors.reserve(specs.size());
    for (const TensorSpec& spec : specs) {
        for (const NamedData& named : given) {
            if (spec.name == named.name) {
                tensors.push_back({spec.name.c_str(), named.data,
                                   static_cast<int32_t>(spec.shape.size()), spec.shape.data(),
                                   spec.count()});
            }
        }
    }
    if (tensors.size() != specs.size()) {
        fail(SSAM_ERROR_INTERNAL, "a program's tensors do not match its manifest");
    }
    return tensors;
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

void Segmenter::run(int32_t program, const std::vector<NamedData>& inputs,
                    const std::vector<NamedData>& outputs) const {
    const ProgramSpec& spec = manifest().programs[static_cast<size_t>(program)];
    const std::vector<ssam_tensor> in = arrange(spec.inputs, inputs);
    std::vector<ssam_tensor> out = arrange(spec.outputs, outputs);
    char message[512] = "";
    ssam_status status = SSAM_OK;
    {
        std::unique_lock<std::mutex> lock(mutex_, std::defer_lock);
        if ((engine_.flags & SSAM_ENGINE_CONCURRENT) == 0) {
            lock.lock();
        }
        status = engine_.run(engine_.user, program, in.data(), static_cast<int32_t>(in.size()),
                             out.data(), static_cast<int32_t>(out.size()), message, sizeof message);
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
    for (const ssam_tensor& tensor : out) {
        check_finite(tensor, program);
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
        run(program, inputs, outputs);
    }
}

}  // namespace ssam
