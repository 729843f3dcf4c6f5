#include "signature.h"

#include <algorithm>

#include "shared/signature.h"

namespace ssam_executorch {
namespace {

using executorch::runtime::MethodMeta;
using executorch::runtime::TensorInfo;
using ssam_engines::Side;

TensorInfo tensor_info(const MethodMeta& meta, const Side& side, size_t position,
                       const char* name) {
    auto info =
        side.kind == "input" ? meta.input_tensor_meta(position) : meta.output_tensor_meta(position);
    if (!info.ok()) {
        ssam_engines::refuse_tensor(side, name, "is not a tensor");
    }
    return info.get();
}

void compare(const Side& side, const TensorInfo& found, const ssam_tensor_info& promised) {
    ssam_engines::check_shape(side, {found.sizes().begin(), found.sizes().end()}, promised);
    if (found.scalar_type() != executorch::aten::ScalarType::Float) {
        ssam_engines::refuse_tensor(side, promised.name,
                                    "is not of the type float32, which the manifest says");
    }
    if (!std::is_sorted(found.dim_order().begin(), found.dim_order().end())) {
        ssam_engines::refuse_tensor(side, promised.name, "is not stored row by row");
    }
}

// ExecuTorch tensors have a position, not a name: the manifest's order names them.
void compare_side(const MethodMeta& meta, const Side& side, size_t found,
                  const ssam_tensor_info* promised, int32_t count) {
    const auto promised_count = static_cast<size_t>(count);
    for (size_t i = 0; i < promised_count; ++i) {
        if (i >= found) {
            ssam_engines::refuse_missing(side, promised[i].name);
        }
        compare(side, tensor_info(meta, side, i, promised[i].name), promised[i]);
    }
    if (side.kind == "input" && found > promised_count) {
        ssam_engines::refuse_unknown_input(side, "#" + std::to_string(promised_count));
    }
}

}  // namespace

void check_signature(const std::string& name, const MethodMeta& meta,
                     const ssam_program_info& info) {
    compare_side(meta, {name, "input"}, meta.num_inputs(), info.inputs, info.input_count);
    compare_side(meta, {name, "output"}, meta.num_outputs(), info.outputs, info.output_count);
}

}  // namespace ssam_executorch
