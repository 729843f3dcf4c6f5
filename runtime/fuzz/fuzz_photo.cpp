// Any bytes as an encoded photo (its EXIF orientation), and any description of a photo in memory.
#include <algorithm>

#include "fuzz_input.h"
#include "squeezesam/ssam.h"

namespace {

// Does a plane of `rows` rows lie in `size` bytes, by the stride as the core takes it? What the
// core refuses anyway needs no memory.
bool fits(int64_t stride, int64_t row, int64_t rows, size_t size) {
    const int64_t step = stride == 0 ? row : stride;
    return step < row || step <= static_cast<int64_t>(size) / std::max<int64_t>(rows, 1);
}

void describe(fuzz::Input& input) {
    ssam_image image{};
    image.format = input.take<int8_t>();
    image.orientation = input.take<int8_t>();
    const bool wild = input.below(2) == 1;
    image.width = wild ? input.take<int32_t>() : input.below(40);
    image.height = wild ? input.take<int32_t>() : input.below(40);
    image.stride = wild ? input.take<int64_t>() : input.below(200);
    image.chroma_stride = wild ? input.take<int64_t>() : input.below(100);
    image.range = input.take<int8_t>();
    image.matrix = input.take<int8_t>();
    const int out_width = input.below(50);
    const int out_height = input.below(50);
    const std::vector<uint8_t> data = input.bytes(1 << 14);
    const std::vector<uint8_t> chroma = input.bytes(1 << 13);
    image.data = data.data();
    image.chroma = chroma.data();
    const bool four = image.format == SSAM_FORMAT_RGBA || image.format == SSAM_FORMAT_BGRA ||
                      image.format == SSAM_FORMAT_RGBA_STRAIGHT ||
                      image.format == SSAM_FORMAT_BGRA_STRAIGHT;
    const int channels = image.format == SSAM_FORMAT_RGB ? 3 : four ? 4 : 1;
    const int64_t width = image.width;
    const int64_t height = image.height;
    if (!fits(image.stride, width * channels, height, data.size()) ||
        !fits(image.chroma_stride, (width + 1) / 2 * 2, (height + 1) / 2, chroma.size())) {
        return;
    }
    int32_t upright_width = 0;
    int32_t upright_height = 0;
    const ssam_status status = ssam_oriented_size(&image, &upright_width, &upright_height);
    std::vector<uint8_t> resized(size_t{50} * 50 * 3);
    const ssam_status after = ssam_resize(&image, out_width, out_height, resized.data());
    fuzz::must(status == SSAM_OK || after == status, "a bad photo is bad for every call");
    if (status == SSAM_OK) {
        std::vector<uint8_t> upright(static_cast<size_t>(upright_width) *
                                     static_cast<size_t>(upright_height) * 4);
        fuzz::must(ssam_orient(&image, upright.data(), 0) == SSAM_OK, "a good photo is turned");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const int32_t orientation = ssam_exif_orientation(data, size);
    fuzz::must(orientation >= 1 && orientation <= 8, "an orientation is 1 to 8");
    fuzz::Input input(data, size);
    describe(input);
    return 0;
}
