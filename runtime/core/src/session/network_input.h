// From a photo to the networks' image inputs.
#pragma once

#include <vector>

#include "bundle/manifest.h"
#include "image/geometry.h"
#include "image/image.h"

namespace ssam {

struct NetworkInputs {
    Placement placement;                // in the segmenter's input
    std::vector<float> image;           // 1 x 3 x H x W, 0...255
    std::vector<float> saliency_image;  // likewise at the saliency network's size; may be empty
};

NetworkInputs make_inputs(const ImageView& photo, const Manifest& manifest);

}  // namespace ssam
