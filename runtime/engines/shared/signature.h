// Why a program's tensors are not those that its manifest promises. The sentences are those of the
// Python engines.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "squeezesam/ssam.h"

namespace ssam_engines {

// One side of a program. `program`: its name; `kind`: "input" or "output".
struct Side {
    std::string program;
    std::string kind;
};

// Each throws Failure (SSAM_ERROR_BUNDLE).
[[noreturn]] void refuse_missing(const Side& side, const std::string& name);
[[noreturn]] void refuse_unknown_input(const Side& side, const std::string& name);
// `why` follows the tensor's name: "is not a tensor".
[[noreturn]] void refuse_tensor(const Side& side, const std::string& name, const std::string& why);

// Throws Failure (SSAM_ERROR_BUNDLE) unless the shapes are equal.
void check_shape(const Side& side, const std::vector<int64_t>& found,
                 const ssam_tensor_info& promised);

}  // namespace ssam_engines
