#include "session/photo_inputs.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "image/resize.h"

namespace ssam {
namespace {

// RGB bytes top left in planes of floats, the rest filled with the padding colour.
std::vector<float> to_planes(const std::vector<uint8_t>& rgb, Size size, const PhotoForm& form) {
    const auto columns = static_cast<size_t>(form.size.width);
    const size_t pixels = columns * static_cast<size_t>(form.size.height);
    std::vector<float> planes(3 * pixels);
    for (size_t c = 0; c < 3; ++c) {
        std::array<float, 256> values{};
        for (size_t byte = 0; byte < values.size(); ++byte) {
            values[byte] = form.value(c, static_cast<double>(byte));
        }
        const float padding = form.value(c, form.padding[c]);
        float* to = planes.data() + c * pixels;
        const uint8_t* from = rgb.data() + c;
        for (int y = 0; y < size.height; ++y) {
            for (int x = 0; x < size.width; ++x, from += 3) {
                to[x] = values[*from];
            }
            std::fill(to + size.width, to + columns, padding);
            to += columns;
        }
        std::fill(to, planes.data() + (c + 1) * pixels, padding);
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

PhotoInputs make_photo_inputs(const ImageView& photo, const Manifest& manifest) {
    const Size size{photo.upright_width(), photo.upright_height()};
    PhotoInputs inputs;
    inputs.placement = place(size, manifest.input);
    const Size resized = inputs.placement.resized;
    const std::vector<uint8_t> rgb = resize_rgb(photo, resized);
    for (const PhotoForm& form : manifest.photo_forms) {
        const Size fitted = fit(size, form.size);
        if (fitted.width == resized.width && fitted.height == resized.height) {
            inputs.images.push_back(to_planes(rgb, fitted, form));
            continue;
        }
        // A smaller picture is made from this one: its average of averages is the same but for
        // rounding, at a fraction of the time.
        const bool smaller = fitted.width <= resized.width && fitted.height <= resized.height;
        const ImageView source = smaller ? view_of(rgb, resized) : photo;
        inputs.images.push_back(to_planes(resize_rgb(source, fitted), fitted, form));
    }
    return inputs;
}

}  // namespace ssam
