#include "session/network_input.h"

#include <algorithm>
#include <cstdint>

#include "image/resize.h"

namespace ssam {
namespace {

// RGB bytes top left in planes of floats, the rest filled with the padding colour.
std::vector<float> to_planes(const std::vector<uint8_t>& rgb, Size size, Size input,
                             const std::array<uint8_t, 3>& pad) {
    const auto columns = static_cast<size_t>(input.width);
    const size_t pixels = columns * static_cast<size_t>(input.height);
    std::vector<float> planes(3 * pixels);
    for (size_t c = 0; c < 3; ++c) {
        float* to = planes.data() + c * pixels;
        const uint8_t* from = rgb.data() + c;
        for (int y = 0; y < size.height; ++y) {
            for (int x = 0; x < size.width; ++x, from += 3) {
                to[x] = *from;
            }
            std::fill(to + size.width, to + columns, static_cast<float>(pad[c]));
            to += columns;
        }
        std::fill(to, planes.data() + (c + 1) * pixels, static_cast<float>(pad[c]));
    }
    return planes;
}

ImageView view_of(const std::vector<uint8_t>& rgb, Size size) {
    ssam_image image{};
    image.data = rgb.data();
    image.width = size.width;
    image.height = size.height;
    return check_image(&image);
}

}  // namespace

NetworkInputs make_inputs(const ImageView& photo, const Manifest& manifest) {
    const Size size{photo.upright_width(), photo.upright_height()};
    NetworkInputs inputs;
    inputs.placement = place(size, manifest.input);
    const Size resized = inputs.placement.resized;
    const std::vector<uint8_t> rgb = resize_rgb(photo, resized);
    inputs.image = to_planes(rgb, resized, manifest.input, manifest.pad_value);
    if (manifest.saliency.width == 0) {
        return inputs;
    }
    // The saliency network's smaller picture is made from the segmenter's: its average of averages
    // is the same but for rounding, at a fraction of the time.
    const Size small = fit(size, manifest.saliency);
    const bool smaller = small.width <= resized.width && small.height <= resized.height;
    const ImageView source = smaller ? view_of(rgb, resized) : photo;
    inputs.saliency_image =
        to_planes(resize_rgb(source, small), small, manifest.saliency, manifest.pad_value);
    return inputs;
}

}  // namespace ssam
