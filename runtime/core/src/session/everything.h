// Every object of a photo: prompts on a grid, what is doubtful left out, what is the same once.
//
// The protocol is that of SAM's automatic mask generator (Kirillov et al., "Segment Anything",
// appendix B) without its crops: a point at a time, all candidates, those of a low predicted IoU
// and those whose outline depends on the threshold left out, then non-maximum suppression of the
// rectangles round them. The two rounds are those of Shu et al., "TinySAM".
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bundle/manifest.h"
#include "mask/runs.h"
#include "session/session.h"

namespace ssam {

// What is kept of all that the network proposes.
struct RegionLimits {
    double min_score = 0.88;      // predicted IoU
    double min_stability = 0.95;  // see stability()
    double max_overlap = 0.7;     // IoU of the rectangles of two
    int64_t min_area = 1;         // photo pixels
};

// SAM's numbers, or lower ones for our own networks, of which SAM's would leave nothing: they
// predict an IoU of 0.8 at most and softer edges.
RegionLimits own_limits(const Manifest& manifest);

struct Corners {
    double x0, y0, x1, y1;
};

struct EverythingSettings {
    int points_per_side = 32;
    bool two_rounds = false;  // a quarter as many points a side first; then what no mask covers
    RegionLimits limits;
    const std::vector<Corners>* boxes = nullptr;  // asked instead of the grid
    std::function<void(int64_t done, int64_t total)> tick;
};

struct Region {
    Rect bounds;
    int64_t area;
    float score;
    double stability;
    ssam_prompt prompt;  // that it answers, as it was asked
    std::string rle;     // COCO's compressed string
};

// Best score first. The session's own prompts stay as they are; cancel() stops it. Throws what
// Session::predict throws.
std::vector<Region> everything(Session& session, const EverythingSettings& settings);

}  // namespace ssam
