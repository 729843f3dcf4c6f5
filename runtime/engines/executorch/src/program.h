// One loaded program.
#pragma once

#include <executorch/runtime/executor/memory_manager.h>
#include <executorch/runtime/executor/method.h>
#include <executorch/runtime/executor/program.h>

#include <optional>
#include <string>
#include <vector>

#include "memory.h"
#include "program_file.h"
#include "squeezesam/ssam.h"

namespace ssam_executorch {

// The method `forward` of a .pte file. Not thread-safe.
class Program {
 public:
    // `info`: as the bundle has it. Throws Failure and std::bad_alloc.
    explicit Program(const ssam_program_info& info);

    // Throws Failure (SSAM_ERROR_ENGINE).
    void run(const ssam_tensor* inputs, int32_t input_count, ssam_tensor* outputs,
             int32_t output_count);

 private:
    // What ExecuTorch wants to know of a dense input, besides its data.
    struct Layout {
        std::vector<int32_t> sizes;
        std::vector<uint8_t> order;
        std::vector<int32_t> strides;
    };

    void load(const char* path);
    void set_input(const ssam_tensor& tensor, size_t position);
    void take_output(ssam_tensor& tensor, size_t position) const;
    [[noreturn]] void fail(const std::string& why) const;

    std::string name_;
    std::vector<Layout> layouts_;
    std::vector<bool> is_planned_;  // per output: whether its memory is the method's own
    // In the order in which they need each other.
    std::optional<ProgramFile> file_;
    std::optional<executorch::runtime::Program> program_;
    std::optional<PlannedMemory> planned_;
    HeapAllocator method_memory_;
    HeapAllocator scratch_;
    std::optional<executorch::runtime::MemoryManager> manager_;
    std::optional<executorch::runtime::Method> method_;
};

}  // namespace ssam_executorch
