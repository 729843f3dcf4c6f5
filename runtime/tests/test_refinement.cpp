// Masks whose edge is moved to the photo's.
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "fake_engine.h"
#include "manifest_text.h"
#include "runner.h"
#include "squeezesam/ssam.h"

namespace {

constexpr int kWidth = 320;
constexpr int kHeight = 240;

// The mask of a disc whose logits are 20 photo pixels apart, and the photo.
struct Disc {
    test::Rig rig{test::manifest_text()};
    std::vector<uint8_t> photo = test::disc_photo(kWidth, kHeight, 150, 110, 70);
    ssam_mask* mask = nullptr;
    ssam_mask* refined = nullptr;

    explicit Disc(const ssam_predict_options* options = nullptr) {
        const ssam_image image = described();
        MUST(ssam_session_set_image(rig.session, &image));
        MUST(ssam_session_add_point(rig.session, 150, 110, 1));
        MUST(ssam_session_predict(rig.session, options, &mask));
        MUST(ssam_mask_refine(mask, &image, nullptr, &refined));
    }
    ~Disc() {
        ssam_mask_free(mask);
        ssam_mask_free(refined);
    }

    ssam_image described() const { return test::image_of(photo, kWidth, kHeight); }
};

std::vector<uint8_t> rendered(const ssam_mask* mask) {
    std::vector<uint8_t> bytes(size_t{kWidth} * kHeight);
    MUST(ssam_mask_render(mask, 1, bytes.data(), 0));
    return bytes;
}

int wrong_pixels(const ssam_mask* mask) {
    const std::vector<uint8_t> bytes = rendered(mask);
    int wrong = 0;
    for (int y = 0; y < kHeight; ++y) {
        for (int x = 0; x < kWidth; ++x) {
            const bool inside = std::hypot(x - 150, y - 110) <= 70;
            wrong += (bytes[static_cast<size_t>(y * kWidth + x)] != 0) != inside ? 1 : 0;
        }
    }
    return wrong;
}

}  // namespace

TEST("refining moves a coarse edge to that of the photo") {
    const Disc disc;
    CHECK(wrong_pixels(disc.mask) > 300);
    CHECK(wrong_pixels(disc.refined) < wrong_pixels(disc.mask) / 5);
}

TEST("a refined mask agrees with itself in all its forms") {
    const Disc disc;
    const std::vector<uint8_t> bytes = rendered(disc.refined);
    std::vector<float> logits(bytes.size());
    std::vector<uint8_t> alpha(bytes.size());
    std::vector<uint8_t> heat(bytes.size());
    MUST(ssam_mask_render_logits(disc.refined, logits.data(), 0));
    MUST(ssam_mask_render_alpha(disc.refined, nullptr, alpha.data(), 0));
    MUST(ssam_logits_to_heat(logits.data(), logits.size(), heat.data()));
    CHECK(alpha == heat);
    int64_t area = 0;
    for (size_t i = 0; i < bytes.size(); ++i) {
        REQUIRE((logits[i] > 0) == (bytes[i] != 0));
        area += bytes[i];
    }
    ssam_mask_info info;
    MUST(ssam_mask_get_info(disc.refined, &info));
    CHECK_EQ(info.area, area);
    const ssam_image image = disc.described();
    std::vector<uint8_t> rgba(bytes.size() * 4);
    MUST(ssam_mask_cutout(disc.refined, &image, nullptr, rgba.data(), 0));
    MUST(ssam_mask_render_alpha(disc.refined, &image, alpha.data(), 0));
    for (size_t i = 0; i < bytes.size(); ++i) {
        REQUIRE(rgba[4 * i + 3] == alpha[i]);
    }
}

TEST("far from the edge nothing changes") {
    const Disc disc;
    std::vector<float> before(size_t{kWidth} * kHeight);
    std::vector<float> after(before.size());
    MUST(ssam_mask_render_logits(disc.mask, before.data(), 0));
    MUST(ssam_mask_render_logits(disc.refined, after.data(), 0));
    for (int y = 0; y < kHeight; ++y) {
        for (int x = 0; x < kWidth; ++x) {
            if (std::abs(std::hypot(x - 150, y - 110) - 70) > 60) {
                const auto i = static_cast<size_t>(y * kWidth + x);
                REQUIRE(before[i] == after[i]);
            }
        }
    }
}

TEST("a photo of one colour moves no edge by more than rounding") {
    const Disc disc;
    const std::vector<uint8_t> grey(size_t{kWidth} * kHeight * 3, 99);
    const ssam_image image = test::image_of(grey, kWidth, kHeight);
    ssam_mask* same = nullptr;
    MUST(ssam_mask_refine(disc.mask, &image, nullptr, &same));
    const std::vector<uint8_t> a = rendered(disc.mask);
    const std::vector<uint8_t> b = rendered(same);
    ssam_mask_free(same);
    // Without a guide the filter is a mean: a curved edge gives way by a few pixels.
    int moved = 0;
    for (size_t i = 0; i < a.size(); ++i) {
        moved += a[i] != b[i] ? 1 : 0;
    }
    CHECK(moved < 1000);
}

TEST("refining gives the same mask whichever way the photo is stored") {
    const Disc disc;
    const std::vector<uint8_t> wanted = rendered(disc.refined);
    const ssam_image upright = disc.described();
    const int inverse[9] = {0, 1, 2, 3, 4, 5, 8, 7, 6};
    for (int orientation = 2; orientation <= 8; ++orientation) {
        ssam_image turn = upright;
        turn.orientation = inverse[orientation];
        int32_t width = 0;
        int32_t height = 0;
        MUST(ssam_oriented_size(&turn, &width, &height));
        std::vector<uint8_t> stored(disc.photo.size());
        MUST(ssam_orient(&turn, stored.data(), 0));
        const ssam_image image = test::image_of(stored, width, height, orientation);
        ssam_mask* refined = nullptr;
        MUST(ssam_mask_refine(disc.mask, &image, nullptr, &refined));
        CHECK(rendered(refined) == wanted);
        ssam_mask_free(refined);
    }
}

TEST("an empty mask stays empty") {
    test::Rig rig(test::manifest_text());
    const std::vector<uint8_t> blank(size_t{kWidth} * kHeight * 3, 50);
    const ssam_image image = test::image_of(blank, kWidth, kHeight);
    MUST(ssam_session_set_image(rig.session, &image));
    MUST(ssam_session_add_point(rig.session, 9, 9, 1));
    ssam_mask* mask = nullptr;
    ssam_mask* refined = nullptr;
    MUST(ssam_session_predict(rig.session, nullptr, &mask));
    // Another photo of the size, full of edges: there is nothing to move to them.
    const std::vector<uint8_t> photo = test::disc_photo(kWidth, kHeight, 150, 110, 70);
    const ssam_image other = test::image_of(photo, kWidth, kHeight);
    MUST(ssam_mask_refine(mask, &other, nullptr, &refined));
    ssam_mask_info info;
    MUST(ssam_mask_get_info(refined, &info));
    CHECK_EQ(info.area, int64_t{0});
    ssam_mask_free(mask);
    ssam_mask_free(refined);
}

TEST("a mask keeps its options when it is refined") {
    ssam_predict_options options = ssam_predict_default_options();
    options.keep_largest = 1;
    options.max_hole_area = -1;
    const Disc disc(&options);
    CHECK(wrong_pixels(disc.refined) < wrong_pixels(disc.mask) / 5);
    ssam_mask* again = nullptr;
    const ssam_image image = disc.described();
    MUST(ssam_mask_refine(disc.refined, &image, nullptr, &again));  // from the network's logits
    CHECK(rendered(again) == rendered(disc.refined));
    ssam_mask_free(again);
}

TEST("refined logits are the same bits on every machine") {
    const Disc disc;
    std::vector<uint8_t> photo(disc.photo);
    uint32_t seed = 3;
    for (uint8_t& byte : photo) {  // colours that ask for all of float's digits
        seed = seed * 1664525u + 1013904223u;
        byte = static_cast<uint8_t>(byte / 2 + (seed >> 25));
    }
    const ssam_image image = test::image_of(photo, kWidth, kHeight);
    ssam_mask* refined = nullptr;
    MUST(ssam_mask_refine(disc.mask, &image, nullptr, &refined));
    std::vector<float> logits(size_t{kWidth} * kHeight);
    MUST(ssam_mask_render_logits(refined, logits.data(), 0));
    ssam_mask_free(refined);
    char hex[65];
    MUST(ssam_sha256(logits.data(), logits.size() * sizeof(float), hex));
    CHECK_EQ(std::string(hex),
             std::string("898df8c75eeb85f9c71b1af851e23388ef84c4feebe013ff7c872626f00056c7"));
}

TEST("options and photos that do not fit are refused with a sentence") {
    const Disc disc;
    const ssam_image image = disc.described();
    ssam_mask* none = nullptr;
    ssam_refine_options options = ssam_refine_default_options();
    options.radius = 4.5;
    MUST_FAIL(ssam_mask_refine(disc.mask, &image, &options, &none), SSAM_ERROR_INVALID_ARGUMENT,
              "the radius must be 0 to 4 mask pixels");
    options.radius = std::numeric_limits<double>::quiet_NaN();
    MUST_FAIL(ssam_mask_refine(disc.mask, &image, &options, &none), SSAM_ERROR_INVALID_ARGUMENT,
              "the radius must be 0 to 4 mask pixels");
    options = ssam_refine_default_options();
    options.epsilon = -1;
    MUST_FAIL(ssam_mask_refine(disc.mask, &image, &options, &none), SSAM_ERROR_INVALID_ARGUMENT,
              "epsilon must be 0 to 255 levels");
    const std::vector<uint8_t> small(30 * 20 * 3);
    const ssam_image other = test::image_of(small, 30, 20);
    MUST_FAIL(ssam_mask_refine(disc.mask, &other, nullptr, &none), SSAM_ERROR_PHOTO,
              "not the photo this mask was made from");
    MUST_FAIL(ssam_mask_refine(nullptr, &image, nullptr, &none), SSAM_ERROR_INVALID_ARGUMENT,
              "mask must not be NULL");
    MUST_FAIL(ssam_mask_refine(disc.mask, &image, nullptr, nullptr), SSAM_ERROR_INVALID_ARGUMENT,
              "refined must not be NULL");
    CHECK(none == nullptr);
}
