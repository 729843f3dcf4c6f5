// Orientation, resizing, and what is refused as a photo.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "runner.h"
#include "squeezesam/ssam.h"

namespace {

std::vector<uint8_t> noise(size_t count, uint32_t seed = 7) {
    std::vector<uint8_t> bytes(count);
    for (uint8_t& byte : bytes) {
        seed = seed * 1664525u + 1013904223u;
        byte = static_cast<uint8_t>(seed >> 24);
    }
    return bytes;
}

// A 3x2 photo of the numbers 0 ... 5, turned upright.
std::vector<int> turned(int orientation) {
    const std::vector<uint8_t> stored = {0, 1, 2, 3, 4, 5};
    const ssam_image image{stored.data(), 3, 2, 0, SSAM_FORMAT_GRAY, orientation};
    std::vector<uint8_t> out(6);
    MUST(ssam_orient(&image, out.data(), 0));
    return {out.begin(), out.end()};
}

// Straight from the definition of the area average, in long double.
double area_mean(const std::vector<uint8_t>& rgb, int width, int height, int to_width,
                 int to_height, int x, int y, int c) {
    const auto overlap = [](int i, int j, int in, int out) {
        const long double begin = std::max<long double>(i, static_cast<long double>(j) * in / out);
        const long double end =
            std::min<long double>(i + 1, static_cast<long double>(j + 1) * in / out);
        return std::max<long double>(0, end - begin);
    };
    long double sum = 0, weight = 0;
    for (int v = 0; v < height; ++v) {
        for (int u = 0; u < width; ++u) {
            const long double w = overlap(u, x, width, to_width) * overlap(v, y, height, to_height);
            sum += w * rgb[static_cast<size_t>((v * width + u) * 3 + c)];
            weight += w;
        }
    }
    return static_cast<double>(sum / weight);
}

}  // namespace

TEST("each of the 8 EXIF orientations turns the photo upright") {
    CHECK(turned(1) == std::vector<int>({0, 1, 2, 3, 4, 5}));
    CHECK(turned(0) == turned(1));
    CHECK(turned(2) == std::vector<int>({2, 1, 0, 5, 4, 3}));
    CHECK(turned(3) == std::vector<int>({5, 4, 3, 2, 1, 0}));
    CHECK(turned(4) == std::vector<int>({3, 4, 5, 0, 1, 2}));
    CHECK(turned(5) == std::vector<int>({0, 3, 1, 4, 2, 5}));
    CHECK(turned(6) == std::vector<int>({3, 0, 4, 1, 5, 2}));
    CHECK(turned(7) == std::vector<int>({5, 2, 4, 1, 3, 0}));
    CHECK(turned(8) == std::vector<int>({2, 5, 1, 4, 0, 3}));
}

TEST("turning respects gaps between the rows on both sides") {
    const std::vector<uint8_t> stored = noise(100 * 64 * 4);
    const ssam_image image{stored.data(), 97, 64, 400, SSAM_FORMAT_RGBA, 6};
    std::vector<uint8_t> out(97 * 300, 99);
    MUST(ssam_orient(&image, out.data(), 300));
    for (int y = 0; y < 97; ++y) {
        for (int x = 0; x < 64; ++x) {
            for (int c = 0; c < 4; ++c) {
                const uint8_t wanted = stored[static_cast<size_t>((63 - x) * 400 + y * 4 + c)];
                REQUIRE(out[static_cast<size_t>(y * 300 + x * 4 + c)] == wanted);
            }
        }
        CHECK_EQ(out[static_cast<size_t>(y * 300 + 64 * 4)], uint8_t{99});
    }
}

TEST("shrinking is the exact area average, rounded half up") {
    const int width = 61, height = 47, to_width = 13, to_height = 11;
    const std::vector<uint8_t> photo = noise(static_cast<size_t>(width * height * 3));
    const ssam_image image{photo.data(), width, height, 0, SSAM_FORMAT_RGB, 1};
    std::vector<uint8_t> out(static_cast<size_t>(to_width * to_height * 3));
    MUST(ssam_resize(&image, to_width, to_height, out.data()));
    for (int y = 0; y < to_height; ++y) {
        for (int x = 0; x < to_width; ++x) {
            for (int c = 0; c < 3; ++c) {
                const double mean = area_mean(photo, width, height, to_width, to_height, x, y, c);
                CHECK_EQ(static_cast<int>(out[static_cast<size_t>((y * to_width + x) * 3 + c)]),
                         static_cast<int>(std::floor(mean + 0.5 + 1e-9)));
            }
        }
    }
}

TEST("resizing gives the same bytes whichever way the photo is stored") {
    const std::vector<uint8_t> upright = noise(90 * 70 * 3);
    const ssam_image plain{upright.data(), 90, 70, 0, SSAM_FORMAT_RGB, 1};
    std::vector<uint8_t> wanted(31 * 24 * 3);
    MUST(ssam_resize(&plain, 31, 24, wanted.data()));
    // The orientation that undoes each: 6 and 8 undo each other, the others themselves.
    const int inverse[9] = {0, 1, 2, 3, 4, 5, 8, 7, 6};
    for (int orientation = 1; orientation <= 8; ++orientation) {
        ssam_image turn = plain;
        turn.orientation = inverse[orientation];
        int32_t width = 0, height = 0;
        MUST(ssam_oriented_size(&turn, &width, &height));
        std::vector<uint8_t> stored(upright.size());
        MUST(ssam_orient(&turn, stored.data(), 0));
        const ssam_image image{stored.data(), width, height, 0, SSAM_FORMAT_RGB, orientation};
        std::vector<uint8_t> out(wanted.size());
        MUST(ssam_resize(&image, 31, 24, out.data()));
        CHECK(out == wanted);
    }
}

TEST("every pixel format of one picture is resized to the same RGB") {
    const std::vector<uint8_t> rgb = noise(50 * 40 * 3);
    std::vector<uint8_t> rgba, bgra;
    for (size_t i = 0; i < rgb.size(); i += 3) {
        rgba.insert(rgba.end(), {rgb[i], rgb[i + 1], rgb[i + 2], 17});
        bgra.insert(bgra.end(), {rgb[i + 2], rgb[i + 1], rgb[i], 17});
    }
    std::vector<uint8_t> out[3];
    const uint8_t* data[3] = {rgb.data(), rgba.data(), bgra.data()};
    for (int format = SSAM_FORMAT_RGB; format <= SSAM_FORMAT_BGRA; ++format) {
        const ssam_image image{data[format], 50, 40, 0, format, 5};
        out[format].resize(33 * 60 * 3);
        MUST(ssam_resize(&image, 33, 60, out[format].data()));
    }
    CHECK(out[1] == out[0]);
    CHECK(out[2] == out[0]);
}

TEST("a grey photo becomes RGB with three equal channels") {
    const std::vector<uint8_t> grey = noise(64 * 64);
    const ssam_image image{grey.data(), 64, 64, 0, SSAM_FORMAT_GRAY, 1};
    std::vector<uint8_t> out(16 * 16 * 3);
    MUST(ssam_resize(&image, 16, 16, out.data()));
    for (size_t i = 0; i < out.size(); i += 3) {
        REQUIRE(out[i] == out[i + 1] && out[i] == out[i + 2]);
    }
}

TEST("the longest and the smallest photos are resized") {
    const std::vector<uint8_t> line(65535 * 3, 200);
    for (const int orientation : {1, 6}) {
        const ssam_image image{line.data(), 65535, 1, 0, SSAM_FORMAT_RGB, orientation};
        std::vector<uint8_t> out(512 * 3);
        MUST(ssam_resize(&image, orientation == 1 ? 512 : 1, orientation == 1 ? 1 : 512,
                         out.data()));
        CHECK(out == std::vector<uint8_t>(512 * 3, 200));
        MUST(ssam_resize(&image, 1, 1, out.data()));
        CHECK_EQ(out[0], uint8_t{200});
    }
    const uint8_t dot[3] = {1, 2, 3};
    const ssam_image image{dot, 1, 1, 0, SSAM_FORMAT_RGB, 7};
    std::vector<uint8_t> out(5 * 4 * 3);
    MUST(ssam_resize(&image, 5, 4, out.data()));
    CHECK(out[57] == 1 && out[58] == 2 && out[59] == 3);
}

TEST("fit keeps the aspect, rounds half up and never goes below one pixel") {
    const auto fit = [](int w, int h, int iw, int ih) {
        int32_t width = 0, height = 0;
        MUST(ssam_fit(w, h, iw, ih, &width, &height));
        return std::to_string(width) + "x" + std::to_string(height);
    };
    CHECK_EQ(fit(4000, 3000, 512, 512), std::string("512x384"));
    CHECK_EQ(fit(3000, 4000, 512, 512), std::string("384x512"));
    CHECK_EQ(fit(4000, 3000, 384, 512), std::string("384x288"));
    CHECK_EQ(fit(20000, 10, 512, 512), std::string("512x1"));
    CHECK_EQ(fit(1, 1, 512, 512), std::string("512x512"));
    CHECK_EQ(fit(1024, 5, 512, 512), std::string("512x3"));  // 2.5
    CHECK_EQ(fit(513, 511, 512, 512), std::string("512x510"));
    CHECK_EQ(fit(65535, 65535 / 16, 512, 512), std::string("512x32"));
}

TEST("a photo that cannot be one is refused with a sentence") {
    const uint8_t pixel[16] = {};
    uint8_t out[16];
    const auto resize = [&](ssam_image image) { return ssam_resize(&image, 1, 1, out); };
    MUST_FAIL(resize({pixel, 0, 4, 0, SSAM_FORMAT_RGB, 1}), SSAM_ERROR_PHOTO, "no pixels (0x4)");
    MUST_FAIL(resize({pixel, 4, -1, 0, SSAM_FORMAT_RGB, 1}), SSAM_ERROR_PHOTO, "no pixels");
    MUST_FAIL(resize({pixel, 65536, 1, 0, SSAM_FORMAT_RGB, 1}), SSAM_ERROR_PHOTO, "too large");
    MUST_FAIL(resize({pixel, 65535, 65535, 0, SSAM_FORMAT_RGB, 1}), SSAM_ERROR_PHOTO,
              "65535x65535");
    MUST_FAIL(resize({pixel, INT32_MAX, INT32_MAX, 0, SSAM_FORMAT_RGB, 1}), SSAM_ERROR_PHOTO,
              "too large");
    MUST_FAIL(resize({nullptr, 1, 1, 0, SSAM_FORMAT_RGB, 1}), SSAM_ERROR_INVALID_ARGUMENT,
              "image.data must not be NULL");
    MUST_FAIL(resize({pixel, 2, 1, 5, SSAM_FORMAT_RGB, 1}), SSAM_ERROR_INVALID_ARGUMENT,
              "stride 5 is less than a row of 6");
    MUST_FAIL(resize({pixel, 2, 2, -6, SSAM_FORMAT_RGB, 1}), SSAM_ERROR_INVALID_ARGUMENT,
              "stride -6");
    MUST_FAIL(resize({pixel, 2, 2, std::numeric_limits<int64_t>::max(), SSAM_FORMAT_RGB, 1}),
              SSAM_ERROR_INVALID_ARGUMENT, "beyond this machine's memory");
    MUST_FAIL(resize({pixel, 2, 1, 0, 8, 1}), SSAM_ERROR_INVALID_ARGUMENT, "image.format 8");
    MUST_FAIL(resize({pixel, 2, 1, 0, SSAM_FORMAT_RGB, 9}), SSAM_ERROR_INVALID_ARGUMENT,
              "image.orientation 9");
    MUST_FAIL(ssam_resize(nullptr, 1, 1, out), SSAM_ERROR_INVALID_ARGUMENT,
              "image must not be NULL");
    const ssam_image image{pixel, 1, 1, 0, SSAM_FORMAT_RGB, 1};
    MUST_FAIL(ssam_resize(&image, 0, 1, out), SSAM_ERROR_INVALID_ARGUMENT, "1 to 16384");
    MUST_FAIL(ssam_resize(&image, 1, 1, nullptr), SSAM_ERROR_INVALID_ARGUMENT, "out must not");
    MUST_FAIL(ssam_orient(&image, out, 2), SSAM_ERROR_INVALID_ARGUMENT, "stride 2");
}
