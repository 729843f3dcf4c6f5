// From a photo to the networks' image inputs.
#pragma once

#include <vector>

#include "bundle/manifest.h"
#include "image/geometry.h"
#include "image/image.h"

namespace ssam {

struct PhotoInputs {
    Placement placement;                     // of the photo where prompts are placed
    std::vector<std::vector<float>> images;  // 1 x 3 x H x W, by Manifest::photo_forms
};

PhotoInputs make_photo_inputs(const ImageView& photo, const Manifest& manifest);

}  // namespace ssam
