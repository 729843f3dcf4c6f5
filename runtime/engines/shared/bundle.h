// What an engine asks of a bundle before it loads anything.
#pragma once

#include <vector>

#include "squeezesam/ssam.h"

namespace ssam_engines {

// Throws Failure: SSAM_ERROR_INVALID_ARGUMENT for no bundle or a negative number of threads,
// SSAM_ERROR_ENGINE for a bundle of another target. `engine`: its name, which is that of its
// library; `target_name`: of what it executes.
ssam_bundle_info checked_bundle(const ssam_bundle* bundle, int32_t threads, int32_t target,
                                const char* engine, const char* target_name);

// The programs of a bundle, by index.
std::vector<ssam_program_info> program_infos(const ssam_bundle* bundle);

}  // namespace ssam_engines
