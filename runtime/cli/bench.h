// `--bench`: how long every stage takes on this machine.
#pragma once

#include <string>

#include "arguments.h"
#include "model.h"
#include "photo.h"

namespace cli {

struct Once {
    double load_ms;    // bundle, its hashes, and the engine's loading of the programs
    double decode_ms;  // the photo file to pixels
};

// Runs every program once to warm up, then opens the photo, predicts and renders the mask
// `arguments.bench` times. One JSON object: what was run, `once_ms`, and for every stage p50, p90
// and p99 (nearest rank) in `stages_ms`; the peak memory of the process.
std::string bench(const Arguments& arguments, const Model& model, const Photo& photo,
                  const Once& once);

}  // namespace cli
