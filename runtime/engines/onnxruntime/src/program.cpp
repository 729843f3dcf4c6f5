#include "program.h"

#include <algorithm>
#include <filesystem>

#include "shared/signature.h"

namespace ssam_onnxruntime {
namespace {

Session load(const OrtEnv& env, const OrtSessionOptions& options, const char* path) {
    OrtSession* session = nullptr;
    // In the system's own character type, as ONNX Runtime wants it.
    check(api().CreateSession(&env, std::filesystem::u8path(path).c_str(), &options, &session));
    return Session(session);
}

std::vector<int64_t> shape_of(const OrtTypeInfo& type) {
    const OrtTensorTypeAndShapeInfo* tensor = nullptr;  // owned by `type`
    check(api().CastTypeInfoToTensorInfo(&type, &tensor));
    if (tensor == nullptr) {
        return {};  // not a tensor
    }
    size_t rank = 0;
    check(api().GetDimensionsCount(tensor, &rank));
    std::vector<int64_t> shape(rank);
    check(api().GetDimensions(tensor, shape.data(), rank));
    return shape;
}

Value wrap(const OrtMemoryInfo& memory, const ssam_tensor& tensor) {
    OrtValue* value = nullptr;
    check(api().CreateTensorWithDataAsOrtValue(
        &memory, tensor.data, static_cast<size_t>(tensor.count) * sizeof(float), tensor.shape,
        static_cast<size_t>(tensor.rank), ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &value));
    return Value(value);
}

// The tensors as ONNX Runtime's values, in the caller's memory: nothing is copied.
struct Bound {
    Bound(const OrtMemoryInfo& memory, const ssam_tensor* tensors, int32_t count) {
        for (int32_t i = 0; i < count; ++i) {
            owned.push_back(wrap(memory, tensors[i]));
            values.push_back(owned.back().get());
            names.push_back(tensors[i].name);
        }
    }
    std::vector<Value> owned;
    std::vector<OrtValue*> values;
    std::vector<const char*> names;
};

// While it lives, a cancelled prediction ends the run between two of its operators.
struct StopOnCancel {
    explicit StopOnCancel(OrtRunOptions& options) {
        ssam_run_on_cancel(
            [](void* of_run) {
                auto* const status =
                    api().RunOptionsSetTerminate(static_cast<OrtRunOptions*>(of_run));
                api().ReleaseStatus(status);
            },
            &options);
    }
    ~StopOnCancel() { ssam_run_on_cancel(nullptr, nullptr); }
    StopOnCancel(const StopOnCancel&) = delete;
    StopOnCancel& operator=(const StopOnCancel&) = delete;
};

}  // namespace

Program::Program(const OrtEnv& env, const OrtSessionOptions& options, const ssam_program_info& info)
    : name_(info.name) {
    try {
        session_ = load(env, options, info.path);
    } catch (const Failure& failure) {
        throw Failure(failure.status(),
                      "onnxruntime cannot load the program '" + name_ + "': " + failure.what());
    }
    OrtMemoryInfo* memory = nullptr;
    check(api().CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory));
    memory_.reset(memory);
    compare("input", info.inputs, info.input_count);
    compare("output", info.outputs, info.output_count);
}

std::vector<Program::Tensor> Program::signature(bool inputs) const {
    OrtAllocator* allocator = nullptr;
    check(api().GetAllocatorWithDefaultOptions(&allocator));
    size_t count = 0;
    check(inputs ? api().SessionGetInputCount(session_.get(), &count)
                 : api().SessionGetOutputCount(session_.get(), &count));
    std::vector<Tensor> tensors;
    for (size_t i = 0; i < count; ++i) {
        char* name = nullptr;
        check(inputs ? api().SessionGetInputName(session_.get(), i, allocator, &name)
                     : api().SessionGetOutputName(session_.get(), i, allocator, &name));
        tensors.push_back({name, {}});
        check(api().AllocatorFree(allocator, name));
        OrtTypeInfo* type = nullptr;
        check(inputs ? api().SessionGetInputTypeInfo(session_.get(), i, &type)
                     : api().SessionGetOutputTypeInfo(session_.get(), i, &type));
        const TypeInfo owned(type);
        tensors.back().shape = shape_of(*type);
    }
    return tensors;
}

void Program::compare(const char* kind, const ssam_tensor_info* promised, int32_t count) const {
    const ssam_engines::Side side{name_, kind};
    const std::vector<Tensor> found = signature(side.kind == "input");
    for (int32_t i = 0; i < count; ++i) {
        const std::string name = promised[i].name;
        const auto match = std::find_if(found.begin(), found.end(),
                                        [&](const Tensor& tensor) { return tensor.name == name; });
        if (match == found.end()) {
            ssam_engines::refuse_missing(side, name);
        }
        ssam_engines::check_shape(side, match->shape, promised[i]);
    }
    for (const Tensor& tensor : found) {
        const bool known = std::any_of(promised, promised + count, [&](const ssam_tensor_info& p) {
            return tensor.name == p.name;
        });
        if (!known && side.kind == "input") {
            ssam_engines::refuse_unknown_input(side, tensor.name);
        }
    }
}

void Program::run(const ssam_tensor* inputs, int32_t input_count, ssam_tensor* outputs,
                  int32_t output_count) const {
    const Bound in(*memory_, inputs, input_count);
    Bound out(*memory_, outputs, output_count);
    OrtRunOptions* made = nullptr;
    check(api().CreateRunOptions(&made));
    const RunOptions options(made);
    const StopOnCancel stoppable(*options);
    check(api().Run(session_.get(), options.get(), in.names.data(), in.values.data(),
                    in.values.size(), out.names.data(), out.names.size(), out.values.data()));
}

}  // namespace ssam_onnxruntime
