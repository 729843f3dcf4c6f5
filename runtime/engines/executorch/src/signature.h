// The tensors that a method really has, against those that the manifest promises.
#pragma once

#include <executorch/runtime/executor/method_meta.h>

#include <string>

#include "squeezesam/ssam.h"

namespace ssam_executorch {

// Throws Failure (SSAM_ERROR_BUNDLE) naming the first tensor that is missing, unknown, of another
// shape, not float32 or not stored row by row. `name`: of the program.
void check_signature(const std::string& name, const executorch::runtime::MethodMeta& meta,
                     const ssam_program_info& info);

}  // namespace ssam_executorch
