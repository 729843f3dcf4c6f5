// How much memory a manifest may ask for with the shapes of its tensors.
#pragma once

#include <cstdint>

#include "bundle/manifest.h"

namespace ssam {

// Of this process, in bytes. Any thread.
void set_tensor_limit(int64_t bytes);

// The bytes of all tensors of all programs. Throws Failure (SSAM_ERROR_BUNDLE) above the limit.
int64_t limited_tensor_bytes(const Manifest& manifest);

}  // namespace ssam
