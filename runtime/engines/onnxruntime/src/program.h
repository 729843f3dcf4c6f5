// One loaded program.
#pragma once

#include <string>
#include <vector>

#include "runtime_api.h"

namespace ssam_onnxruntime {

// Immutable after its construction: `run` may be called by several threads at once.
class Program {
 public:
    // `info`: as the bundle has it. Throws Failure.
    Program(const OrtEnv& env, const OrtSessionOptions& options, const ssam_program_info& info);

    void run(const ssam_tensor* inputs, int32_t input_count, ssam_tensor* outputs,
             int32_t output_count) const;

 private:
    struct Tensor {
        std::string name;
        std::vector<int64_t> shape;
    };

    std::vector<Tensor> signature(bool inputs) const;
    void compare(const char* kind, const ssam_tensor_info* promised, int32_t count) const;

    std::string name_;
    Session session_;
    MemoryInfo memory_;
};

}  // namespace ssam_onnxruntime
