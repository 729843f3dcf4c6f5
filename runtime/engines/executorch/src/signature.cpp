// The sentences are those of the Python engine.
#include "signature.h"

#include <algorithm>
#include <vector>

#include "failure.h"

namespace ssam_executorch {
namespace {

using executorch::runtime::MethodMeta;
using executorch::runtime::TensorInfo;

template <typename Sizes>
std::string shape_text(const Sizes& sizes) {
    std::string text;
    for (const auto size : sizes) {
        text += (text.empty() ? "" : "\xC3\x97") + std::to_string(size);  // a multiplication sign
    }
    return text;
}

struct Side {
    const char* kind;
    size_t found;
    const ssam_tensor_info* promised;
    int32_t promised_count;
};

[[noreturn]] void refuse(const std::string& why) { throw Failure(SSAM_ERROR_BUNDLE, why); }

TensorInfo tensor_info(const MethodMeta& meta, const std::string& kind, size_t position,
                       const std::string& subject) {
    auto info =
        kind == "input" ? meta.input_tensor_meta(position) : meta.output_tensor_meta(position);
    if (!info.ok()) {
        refuse(subject + " is not a tensor");
    }
    return info.get();
}

void compare(const std::string& subject, const TensorInfo& found,
             const ssam_tensor_info& promised) {
    const std::vector<int64_t> shape(promised.shape, promised.shape + promised.rank);
    if (!std::equal(found.sizes().begin(), found.sizes().end(), shape.begin(), shape.end())) {
        refuse(subject + " has the shape " + shape_text(found.sizes()) + ", the manifest says " +
               shape_text(shape));
    }
    if (found.scalar_type() != executorch::aten::ScalarType::Float) {
        refuse(subject + " is not of the type float32, which the manifest says");
    }
    if (!std::is_sorted(found.dim_order().begin(), found.dim_order().end())) {
        refuse(subject + " is not stored row by row");
    }
}

// ExecuTorch tensors have a position, not a name: the manifest's order names them.
void compare_side(const std::string& name, const MethodMeta& meta, const Side& side) {
    const auto promised_count = static_cast<size_t>(side.promised_count);
    const std::string kind = side.kind;
    for (size_t i = 0; i < promised_count; ++i) {
        const ssam_tensor_info& promised = side.promised[i];
        const std::string called = std::string("'") + promised.name + "'";
        if (i >= side.found) {
            refuse("the program '" + name + "' has no " + kind + " " + called +
                   ", which the manifest lists");
        }
        const std::string subject = "the " + kind + " " + called + " of the program '" + name + "'";
        compare(subject, tensor_info(meta, kind, i, subject), promised);
    }
    if (kind == "input" && side.found > promised_count) {
        refuse("the program '" + name + "' needs an input '#" + std::to_string(promised_count) +
               "' that the manifest lacks");
    }
}

}  // namespace

void check_signature(const std::string& name, const MethodMeta& meta,
                     const ssam_program_info& info) {
    compare_side(name, meta, {"input", meta.num_inputs(), info.inputs, info.input_count});
    compare_side(name, meta, {"output", meta.num_outputs(), info.outputs, info.output_count});
}

}  // namespace ssam_executorch
