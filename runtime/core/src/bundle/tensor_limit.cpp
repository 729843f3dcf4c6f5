#include "bundle/tensor_limit.h"

#include <atomic>

#include "base/failure.h"

namespace ssam {
namespace {

std::atomic<int64_t> limit{SSAM_DEFAULT_TENSOR_LIMIT};

std::string mebibytes(int64_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20); }

}  // namespace

void set_tensor_limit(int64_t bytes) { limit.store(bytes, std::memory_order_relaxed); }

int64_t limited_tensor_bytes(const Manifest& manifest) {
    int64_t bytes = 0;  // cannot overflow: the reader bounds programs, tensors and their counts
    for (const ProgramSpec& program : manifest.programs) {
        for (const auto* tensors : {&program.inputs, &program.outputs}) {
            for (const TensorSpec& tensor : *tensors) {
                bytes += tensor.count() * static_cast<int64_t>(sizeof(float));
            }
        }
    }
    const int64_t most = limit.load(std::memory_order_relaxed);
    if (bytes > most) {
        fail(SSAM_ERROR_BUNDLE, "programs have tensors of " + mebibytes(bytes) +
                                    " MiB, more than the limit of " + mebibytes(most) + " MiB");
    }
    return bytes;
}

}  // namespace ssam
