// The engines that this command was built with.
#pragma once

#include "squeezesam/ssam.h"

namespace cli {

struct Engine {
    ssam_engine engine;  // free with release() what no segmenter took
    const char* name;
    const char* version;
};

// The engine for the bundle's target with its programs loaded; `threads` 0: the engine's choice.
// Throws Failure, also when no engine here executes the target.
Engine make_engine(const ssam_bundle* bundle, int32_t threads);

}  // namespace cli
