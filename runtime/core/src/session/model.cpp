#include "session/model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "base/failure.h"
#include "base/utf8.h"

namespace ssam {
namespace {

using TensorList = std::array<ssam_tensor, SSAM_MAX_TENSORS>;

TensorList arrange(const std::vector<TensorSpec>& specs, float* const* data) {
    TensorList list{};
    for (size_t i = 0; i < specs.size(); ++i) {
        const TensorSpec& spec = specs[i];
        list[i] = {spec.name.c_str(), data[i], static_cast<int32_t>(spec.shape.size()),
                   spec.shape.data(), spec.count()};
    }
    return list;
}

// What is computed from a program's values stays finite: no network's own are near this.
constexpr float kLargestValue = 1e6f;

void check_values(const ssam_tensor& tensor, const std::string& program) {
    for (int64_t i = 0; i < tensor.count; ++i) {
        if (!std::isfinite(tensor.data[i])) {
            fail(SSAM_ERROR_ENGINE, "the program '" + program + "' returned a value in '" +
                                        tensor.name + "' that is not a number");
        }
        tensor.data[i] = std::clamp(tensor.data[i], -kLargestValue, kLargestValue);
    }
}

void check_answer(ssam_status status, const char* message, const std::string& program) {
    if (status == SSAM_ERROR_CANCELLED) {
        fail(status, "the prediction was cancelled");
    }
    if (status == SSAM_ERROR_OUT_OF_MEMORY) {
        throw std::bad_alloc();
    }
    if (status != SSAM_OK) {
        const bool explained = message[0] != '\0' && is_utf8(message);
        fail(SSAM_ERROR_ENGINE, "the program '" + program + "' failed: " +
                                    (explained ? message : "the engine gave no reason"));
    }
}

}  // namespace

Model::~Model() {
    if (engine_.release != nullptr) {
        engine_.release(engine_.user);
    }
}

void Model::run(size_t program, float* const* inputs, float* const* outputs) const {
    const ProgramSpec& spec = manifest().programs[program];
    const TensorList in = arrange(spec.inputs, inputs);
    TensorList out = arrange(spec.outputs, outputs);
    char message[512] = "";
    ssam_status status = SSAM_OK;
    {
        std::unique_lock<std::mutex> lock(mutex_, std::defer_lock);
        if ((engine_.flags & SSAM_ENGINE_CONCURRENT) == 0) {
            lock.lock();
        }
        status = engine_.run(engine_.user, static_cast<int32_t>(program), spec.name.c_str(),
                             in.data(), static_cast<int32_t>(spec.inputs.size()), out.data(),
                             static_cast<int32_t>(spec.outputs.size()), message, sizeof message);
    }
    message[sizeof message - 1] = '\0';
    check_answer(status, message, spec.name);
    for (size_t i = 0; i < spec.outputs.size(); ++i) {
        check_values(out[i], spec.name);
    }
}

void Model::prewarm() const {
    for (size_t program = 0; program < manifest().programs.size(); ++program) {
        const ProgramSpec& spec = manifest().programs[program];
        std::vector<std::vector<float>> memory;
        const auto room = [&memory](const std::vector<TensorSpec>& tensors) {
            std::vector<float*> data;
            for (const TensorSpec& tensor : tensors) {
                memory.emplace_back(static_cast<size_t>(tensor.count()), 0.0f);
                data.push_back(memory.back().data());
            }
            return data;
        };
        const std::vector<float*> inputs = room(spec.inputs);
        const std::vector<float*> outputs = room(spec.outputs);
        run(program, inputs.data(), outputs.data());
    }
}

}  // namespace ssam
