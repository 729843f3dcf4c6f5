#include "session/heat_share.h"

#include <algorithm>
#include <cmath>

#include "base/exact_arithmetic.h"
#include "base/sigmoid_byte.h"

namespace ssam {
namespace {

// The part of a map's side that the photo covers, in the map's pixels. `resized`: the photo's side
// in an input with the side `input`, of which the map shows all.
double valid(int resized, int input, int map) { return static_cast<double>(resized) * map / input; }

// Of the longer side of the part of a plane that the photo covers.
constexpr double kReach = 0.2;

// The plane's pixel where a photo's pixel centre lies.
size_t pixel(double photo, const AxisMap& axis, int input, int plane) {
    return static_cast<size_t>(std::clamp(on_plane(photo, axis, input, plane), 0.0, plane - 1.0));
}

}  // namespace

void HeatShare::take(const std::vector<float>& heat, Size map, const Placement& small,
                     const Prediction& prediction, Upsampler& upsampler) {
    // All pixels of the masks that the photo touches, and as much of the heat map.
    const Size part{static_cast<int>(std::ceil(prediction.valid_width)),
                    static_cast<int>(std::ceil(prediction.valid_height))};
    const double width = valid(small.resized.width, small.input.width, map.width) * part.width /
                         prediction.valid_width;
    const double height = valid(small.resized.height, small.input.height, map.height) *
                          part.height / prediction.valid_height;
    upsampler.prepare({heat.data(), map.width, map.height, std::min<double>(width, map.width),
                       std::min<double>(height, map.height)},
                      part);
    const auto across = static_cast<size_t>(prediction.plane.width);
    plane_.assign(across * static_cast<size_t>(prediction.plane.height), 0.0f);
    for (int y = 0; y < part.height; ++y) {
        upsampler.write_row(y, plane_.data() + static_cast<size_t>(y) * across);
    }
    known_ = true;
}

float HeatShare::under(const PromptState& prompts, const Placement& placement,
                       const Prediction& prediction) const {
    const SigmoidByte& to_byte = SigmoidByte::get();
    const Size plane = prediction.plane;
    uint8_t least = 255;
    for (const ssam_prompt& click : prompts.clicks) {
        if (click.kind == SSAM_PROMPT_FOREGROUND) {
            const size_t x = pixel(click.x0, placement.x, placement.input.width, plane.width);
            const size_t y = pixel(click.y0, placement.y, placement.input.height, plane.height);
            least = std::min(least, to_byte(plane_[y * static_cast<size_t>(plane.width) + x]));
        }
    }
    return static_cast<float>(least) / 255.0f;
}

void HeatShare::add_to(Prediction& prediction, float weight, const PromptState& prompts,
                       const Placement& placement) {
    const Size plane = prediction.plane;
    share_.assign(plane_.size(), weight);
    const double reach =
        kReach * std::ceil(std::max(prediction.valid_width, prediction.valid_height));
    for (const ssam_prompt& click : prompts.clicks) {
        if (click.kind != SSAM_PROMPT_BACKGROUND) {
            continue;
        }
        const double x = on_plane(click.x0, placement.x, placement.input.width, plane.width) - 0.5;
        const double y =
            on_plane(click.y0, placement.y, placement.input.height, plane.height) - 0.5;
        float* share = share_.data();
        for (int v = 0; v < plane.height; ++v) {
            for (int u = 0; u < plane.width; ++u, ++share) {
                const double squared = (u - x) * (u - x) + (v - y) * (v - y);
                *share = std::min(
                    *share, weight * static_cast<float>(std::min(squared / (reach * reach), 1.0)));
            }
        }
    }
    std::vector<float>& logits = prediction.logits;
    for (size_t start = 0; start < logits.size(); start += plane_.size()) {
        for (size_t i = 0; i < plane_.size(); ++i) {
            logits[start + i] += share_[i] * plane_[i];
        }
    }
}

}  // namespace ssam
