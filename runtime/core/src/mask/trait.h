// Names of what a candidate mask shows of its own worth.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ssam {

// In the order of kTraitNames. "Inside" and "outside": the mask's pixels on its plane, where the
// photo covers it, and the others. All are 0...1 unless said otherwise.
enum class Trait : uint8_t {
    kScore,           // what the network says
    kLead,            // that less the best of the other candidates' (-1...1)
    kMeanScore,       // of all candidates
    kStability1,      // pixels with a logit above 1 for each with one above -1
    kStability2,      // likewise with 2
    kStability4,      // with 4
    kArea,            // square root of the mask's share of the photo
    kInside,          // mean probability inside
    kLeak,            // probability outside, summed, for each pixel inside, at most 1
    kBorder,          // pixels on the photo's border for each of the contour, at most 1
    kRoundness,       // the contour's pixels by the square root of the area (0...16)
    kFill,            // share of the rectangle round the mask
    kLargest,         // share of the largest 8-connected piece
    kAgreement,       // mean IoU with the other candidates
    kLeastAgreement,  // the lowest of these
    kMostAgreement,   // the highest
    kLogitInside,     // mean logit inside, each within -16...16
    kLogitOutside,    // mean logit outside, likewise
    kHeatInside,      // mean probability of the heat map inside; 0 without a heat map
    kHeatStability,   // of the heat map, as kStability1; 0 without one
    kBoxIou,          // of the rectangle round the mask and the box that was given; 0 without one
    kClickSpread,     // width and height of the rectangle round the foreground clicks for each of
                      // the mask's; at most 4, 0 with fewer than two such clicks
};
constexpr std::array<std::string_view, 22> kTraitNames = {
    "score",          "lead",         "mean_score",    "stability_1", "stability_2",
    "stability_4",    "area",         "inside",        "leak",        "border",
    "roundness",      "fill",         "largest",       "agreement",   "least_agreement",
    "most_agreement", "logit_inside", "logit_outside", "heat_inside", "heat_stability",
    "box_iou",        "click_spread",
};

}  // namespace ssam
