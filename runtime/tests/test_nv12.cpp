// Two-plane photos: turned, resized and cut out exactly as their RGB is.
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "fake_engine.h"
#include "manifest_text.h"
#include "runner.h"
#include "squeezesam/ssam.h"

namespace {

// Planes with gaps between their rows, filled with noise.
struct TwoPlanes {
    int width;
    int height;
    std::vector<uint8_t> luma;
    std::vector<uint8_t> chroma;

    TwoPlanes(int w, int h) : width(w), height(h) {
        uint32_t seed = 5;
        const auto fill = [&seed](std::vector<uint8_t>& plane, int bytes) {
            plane.resize(static_cast<size_t>(bytes));
            for (uint8_t& byte : plane) {
                seed = seed * 1664525u + 1013904223u;
                byte = static_cast<uint8_t>(seed >> 24);
            }
        };
        fill(luma, (w + 5) * h);
        fill(chroma, (w + 7) / 2 * 2 * ((h + 1) / 2));
    }

    ssam_image image(int orientation = 1, int range = SSAM_RANGE_VIDEO,
                     int matrix = SSAM_MATRIX_BT601) const {
        ssam_image described{};
        described.data = luma.data();
        described.width = width;
        described.height = height;
        described.stride = width + 5;
        described.format = SSAM_FORMAT_NV12;
        described.orientation = orientation;
        described.chroma = chroma.data();
        described.chroma_stride = (width + 7) / 2 * 2;
        described.range = range;
        described.matrix = matrix;
        return described;
    }
};

std::vector<uint8_t> rgb_of(const ssam_image& image) {
    std::vector<uint8_t> rgb(static_cast<size_t>(image.width * image.height) * 3);
    MUST(ssam_orient(&image, rgb.data(), 0));
    return rgb;
}

// One pixel of these bytes.
std::vector<int> pixel(uint8_t y, uint8_t u, uint8_t v, int range, int matrix) {
    const uint8_t pair[2] = {u, v};
    ssam_image image{&y, 1, 1, 0, SSAM_FORMAT_NV12, 1, pair, 0, range, matrix};
    uint8_t rgb[3];
    MUST(ssam_orient(&image, rgb, 0));
    return {rgb[0], rgb[1], rgb[2]};
}

}  // namespace

TEST("known colours of both ranges and both matrices become RGB") {
    for (const int matrix : {SSAM_MATRIX_BT601, SSAM_MATRIX_BT709}) {
        CHECK(pixel(16, 128, 128, SSAM_RANGE_VIDEO, matrix) == std::vector<int>({0, 0, 0}));
        CHECK(pixel(235, 128, 128, SSAM_RANGE_VIDEO, matrix) == std::vector<int>({255, 255, 255}));
        CHECK(pixel(0, 128, 128, SSAM_RANGE_FULL, matrix) == std::vector<int>({0, 0, 0}));
        CHECK(pixel(77, 128, 128, SSAM_RANGE_FULL, matrix) == std::vector<int>({77, 77, 77}));
        // Below black and above white: clamped.
        CHECK(pixel(0, 128, 128, SSAM_RANGE_VIDEO, matrix) == std::vector<int>({0, 0, 0}));
        CHECK(pixel(255, 128, 128, SSAM_RANGE_VIDEO, matrix) == std::vector<int>({255, 255, 255}));
    }
    // Pure red as ITU-R BT.601 and BT.709 write it.
    CHECK(pixel(81, 90, 240, SSAM_RANGE_VIDEO, SSAM_MATRIX_BT601) == std::vector<int>({254, 0, 0}));
    CHECK(pixel(63, 102, 240, SSAM_RANGE_VIDEO, SSAM_MATRIX_BT709) ==
          std::vector<int>({255, 1, 0}));
    CHECK(pixel(76, 85, 255, SSAM_RANGE_FULL, SSAM_MATRIX_BT601) == std::vector<int>({254, 0, 0}));
}

TEST("a two-plane photo is turned as its RGB is, odd sides and gaps included") {
    for (const int width : {1, 2, 7, 70}) {
        for (const int height : {1, 2, 5, 67}) {
            const TwoPlanes photo(width, height);
            const std::vector<uint8_t> rgb = rgb_of(photo.image());
            for (int orientation = 1; orientation <= 8; ++orientation) {
                const ssam_image flat{rgb.data(), width, height, 0, SSAM_FORMAT_RGB, orientation};
                CHECK(rgb_of(photo.image(orientation)) == rgb_of(flat));
            }
        }
    }
}

TEST("a two-plane photo is resized as its RGB is") {
    const TwoPlanes photo(71, 53);
    const std::vector<uint8_t> rgb = rgb_of(photo.image());
    for (int orientation = 1; orientation <= 8; ++orientation) {
        const ssam_image planes = photo.image(orientation);
        const ssam_image flat{rgb.data(), 71, 53, 0, SSAM_FORMAT_RGB, orientation};
        for (const int side : {1, 9, 33, 90}) {
            std::vector<uint8_t> found(static_cast<size_t>(side * 31 * 3));
            std::vector<uint8_t> wanted(found.size());
            MUST(ssam_resize(&planes, side, 31, found.data()));
            MUST(ssam_resize(&flat, side, 31, wanted.data()));
            CHECK(found == wanted);
        }
    }
}

TEST("NV21 is NV12 with its pairs the other way round") {
    TwoPlanes photo(20, 14);
    const std::vector<uint8_t> wanted = rgb_of(photo.image());
    for (size_t i = 0; i + 1 < photo.chroma.size(); i += 2) {
        std::swap(photo.chroma[i], photo.chroma[i + 1]);
    }
    ssam_image image = photo.image();
    image.format = SSAM_FORMAT_NV21;
    CHECK(rgb_of(image) == wanted);
}

TEST("a session and a cut-out take a two-plane photo as its RGB") {
    const TwoPlanes photo(91, 64);
    const std::vector<uint8_t> rgb = rgb_of(photo.image());
    const ssam_image flat{rgb.data(), 91, 64, 0, SSAM_FORMAT_RGB, 7};
    const ssam_image planes = photo.image(7);
    std::vector<float> given[2];
    std::vector<uint8_t> cut[2];
    for (const bool two : {false, true}) {
        test::Rig rig(test::manifest_text());
        const ssam_image& image = two ? planes : flat;
        MUST(ssam_session_set_image(rig.session, &image));
        MUST(ssam_session_set_box(rig.session, 5, 9, 50, 70));
        ssam_mask* mask = nullptr;
        MUST(ssam_session_predict(rig.session, nullptr, &mask));
        given[two] = rig.fake.image;
        cut[two].resize(91 * 64 * 4);
        ssam_cutout_options options = ssam_cutout_default_options();
        options.crop = 1;
        MUST(ssam_mask_cutout(mask, &image, &options, cut[two].data(), 0));
        ssam_mask_free(mask);
    }
    CHECK(given[0] == given[1]);
    CHECK(cut[0] == cut[1]);
}

TEST("a two-plane photo that cannot be one is refused with a sentence") {
    const TwoPlanes photo(8, 6);
    uint8_t out[3];
    const auto resize = [&](auto&& change) {
        ssam_image image = photo.image();
        change(image);
        return ssam_resize(&image, 1, 1, out);
    };
    MUST_FAIL(resize([](ssam_image& i) { i.chroma = nullptr; }), SSAM_ERROR_INVALID_ARGUMENT,
              "image.chroma must not be NULL");
    MUST_FAIL(resize([](ssam_image& i) { i.range = 0; }), SSAM_ERROR_INVALID_ARGUMENT,
              "image.range 0 is not a SSAM_RANGE");
    MUST_FAIL(resize([](ssam_image& i) { i.matrix = 3; }), SSAM_ERROR_INVALID_ARGUMENT,
              "image.matrix 3 is not a SSAM_MATRIX");
    MUST_FAIL(resize([](ssam_image& i) { i.chroma_stride = 7; }), SSAM_ERROR_INVALID_ARGUMENT,
              "the stride 7 is less than a row of 8");
    MUST_FAIL(resize([](ssam_image& i) { i.chroma_stride = -8; }), SSAM_ERROR_INVALID_ARGUMENT,
              "the stride -8");
    MUST_FAIL(
        resize([](ssam_image& i) { i.chroma_stride = std::numeric_limits<int64_t>::max() / 2; }),
        SSAM_ERROR_INVALID_ARGUMENT, "beyond this machine's memory");
    MUST_FAIL(resize([](ssam_image& i) { i.stride = 7; }), SSAM_ERROR_INVALID_ARGUMENT,
              "the stride 7 is less than a row of 8");
    MUST_FAIL(resize([](ssam_image& i) { i.width = 65536; }), SSAM_ERROR_PHOTO, "too large");
}
