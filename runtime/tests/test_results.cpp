// What can be had from a mask: pixels, logits, alpha, cut-outs, outlines, run lengths.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "fake_engine.h"
#include "manifest_text.h"
#include "runner.h"
#include "squeezesam/ssam.h"

namespace {

using test::disc_photo;
using test::image_of;

constexpr int kWidth = 160;
constexpr int kHeight = 120;
constexpr size_t kPixels = size_t{kWidth} * kHeight;

// A mask of a disc of radius 30 round (100, 50), clicked.
struct Disc {
    test::Rig rig{test::manifest_text()};
    std::vector<uint8_t> photo = disc_photo(kWidth, kHeight, 100, 50, 30);
    ssam_mask* mask = nullptr;

    Disc() {
        const ssam_image image = image_of(photo, kWidth, kHeight);
        MUST(ssam_session_set_image(rig.session, &image));
        MUST(ssam_session_add_point(rig.session, 100, 50, 1));
        MUST(ssam_session_predict(rig.session, nullptr, &mask));
    }
    ~Disc() { ssam_mask_free(mask); }
    Disc(const Disc&) = delete;
    Disc& operator=(const Disc&) = delete;

    ssam_mask_info info() const {
        ssam_mask_info info;
        MUST(ssam_mask_get_info(mask, &info));
        return info;
    }
};

std::vector<uint8_t> bytes_of(const ssam_mask* mask) {
    std::vector<uint8_t> out(kPixels, 7);
    MUST(ssam_mask_render(mask, 1, out.data(), 0));
    return out;
}

std::vector<float> logits_of(const ssam_mask* mask) {
    std::vector<float> out(kPixels);
    MUST(ssam_mask_render_logits(mask, out.data(), 0));
    return out;
}

}  // namespace

TEST("the mask is where the logits at photo size are above 0") {
    const Disc disc;
    const std::vector<uint8_t> bytes = bytes_of(disc.mask);
    const std::vector<float> logits = logits_of(disc.mask);
    for (size_t i = 0; i < kPixels; ++i) {
        REQUIRE((bytes[i] == 1) == (logits[i] > 0));
    }
    const ssam_mask_info info = disc.info();
    CHECK_EQ(info.area, std::count(bytes.begin(), bytes.end(), 1));
    CHECK(info.box_x > 60 && info.box_x < 80 && info.box_width > 50 && info.box_width < 70);
    CHECK(info.box_y > 10 && info.box_y < 30 && info.box_height > 50 && info.box_height < 70);
    CHECK_EQ(info.valid_width, 16.0);
    CHECK_EQ(info.valid_height, 12.0);
}

TEST("rows of the result may lie apart, and the gaps stay untouched") {
    const Disc disc;
    const std::vector<uint8_t> bytes = bytes_of(disc.mask);
    std::vector<uint8_t> apart(kHeight * 200, 9);
    MUST(ssam_mask_render(disc.mask, 255, apart.data(), 200));
    for (int y = 0; y < kHeight; ++y) {
        for (int x = 0; x < 200; ++x) {
            const uint8_t wanted =
                x >= kWidth ? 9 : (bytes[static_cast<size_t>(y * kWidth + x)] != 0 ? 255 : 0);
            REQUIRE(apart[static_cast<size_t>(y * 200 + x)] == wanted);
        }
    }
    MUST_FAIL(ssam_mask_render(disc.mask, 1, apart.data(), kWidth - 1), SSAM_ERROR_INVALID_ARGUMENT,
              "stride 159");
    MUST_FAIL(ssam_mask_render(disc.mask, 1, nullptr, 0), SSAM_ERROR_INVALID_ARGUMENT, "out");
}

TEST("logits of every candidate are lent as the network gave them") {
    const Disc disc;
    const float* first = ssam_mask_get_logits(disc.mask, 0);
    const float* last = ssam_mask_get_logits(disc.mask, 3);
    REQUIRE(first != nullptr && last != nullptr);
    CHECK_EQ(first[0] - 3.0f, last[0]);  // the fake's candidate k is k stricter
    CHECK(ssam_mask_get_logits(disc.mask, 4) == nullptr);
    CHECK(ssam_mask_get_logits(disc.mask, -1) == nullptr);
}

TEST("without a photo, alpha is the sigmoid of the logits") {
    const Disc disc;
    const std::vector<float> logits = logits_of(disc.mask);
    std::vector<uint8_t> alpha(kPixels);
    MUST(ssam_mask_render_alpha(disc.mask, nullptr, alpha.data(), 0));
    for (size_t i = 0; i < kPixels; ++i) {
        const double wanted = 255.0 / (1.0 + std::exp(-double{logits[i]}));
        REQUIRE(std::abs(alpha[i] - wanted) <= 0.5001);
    }
}

TEST("a cut-out keeps the photo's colours where the mask is and nothing elsewhere") {
    const Disc disc;
    const std::vector<uint8_t> bytes = bytes_of(disc.mask);
    const ssam_image image = image_of(disc.photo, kWidth, kHeight);
    ssam_cutout_options options = ssam_cutout_default_options();
    options.soft = 0;
    std::vector<uint8_t> rgba(kPixels * 4, 5);
    MUST(ssam_mask_cutout(disc.mask, &image, &options, rgba.data(), 0));
    for (size_t i = 0; i < kPixels; ++i) {
        const bool inside = bytes[i] != 0;
        for (size_t c = 0; c < 3; ++c) {
            REQUIRE(rgba[4 * i + c] == (inside ? disc.photo[3 * i + c] : 0));
        }
        REQUIRE(rgba[4 * i + 3] == (inside ? 255 : 0));
    }
}

TEST("a cropped cut-out is the part of the whole one that may be visible") {
    const Disc disc;
    const ssam_image image = image_of(disc.photo, kWidth, kHeight);
    for (const int32_t soft : {0, 1}) {
        ssam_cutout_options options = ssam_cutout_default_options();
        options.soft = soft;
        std::vector<uint8_t> whole(kPixels * 4);
        MUST(ssam_mask_cutout(disc.mask, &image, &options, whole.data(), 0));
        options.crop = 1;
        int32_t x0 = 0, y0 = 0, width = 0, height = 0;
        MUST(ssam_mask_cutout_rect(disc.mask, &options, &x0, &y0, &width, &height));
        std::vector<uint8_t> part(static_cast<size_t>(width * height * 4));
        MUST(ssam_mask_cutout(disc.mask, &image, &options, part.data(), 0));
        int64_t visible_whole = 0, visible_part = 0;
        int margin[] = {width, height, width, height};  // clear columns and rows of the part
        for (int y = 0; y < kHeight; ++y) {
            for (int x = 0; x < kWidth; ++x) {
                const uint8_t* pixel = whole.data() + 4 * (y * kWidth + x);
                visible_whole += pixel[3] > 0 ? 1 : 0;
                if (x < x0 || y < y0 || x >= x0 + width || y >= y0 + height) {
                    continue;
                }
                REQUIRE(std::memcmp(pixel, part.data() + 4 * ((y - y0) * width + x - x0), 4) == 0);
                visible_part += pixel[3] > 0 ? 1 : 0;
                if (pixel[3] > 0) {
                    margin[0] = std::min(margin[0], x - x0);
                    margin[1] = std::min(margin[1], y - y0);
                    margin[2] = std::min(margin[2], x0 + width - 1 - x);
                    margin[3] = std::min(margin[3], y0 + height - 1 - y);
                }
            }
        }
        CHECK_EQ(visible_part, visible_whole);
        // Soft: the rectangle is known without the photo, so that the band's width may be clear.
        for (const int clear : margin) {
            CHECK(soft == 0 ? clear == 0 : clear <= 4);
        }
    }
}

TEST("premultiplied colours are the straight ones times alpha") {
    const Disc disc;
    const std::vector<uint8_t> soft = test::blurred(disc.photo, kWidth, kHeight, 2);
    const ssam_image image = image_of(soft, kWidth, kHeight);
    ssam_cutout_options options = ssam_cutout_default_options();
    std::vector<uint8_t> straight(kPixels * 4), premultiplied(kPixels * 4);
    MUST(ssam_mask_cutout(disc.mask, &image, &options, straight.data(), 0));
    options.premultiplied = 1;
    MUST(ssam_mask_cutout(disc.mask, &image, &options, premultiplied.data(), 0));
    int partial = 0;
    for (size_t i = 0; i < kPixels * 4; i += 4) {
        const int alpha = straight[i + 3];
        partial += alpha > 0 && alpha < 255 ? 1 : 0;
        for (size_t c = 0; c < 3; ++c) {
            const int wanted = (straight[i + c] * alpha * 2 + 255) / 510;
            REQUIRE(premultiplied[i + c] == wanted);
        }
    }
    CHECK(partial > 100);
}

TEST("a cut-out is the same from a turned photo with its orientation") {
    const Disc disc;
    const ssam_image upright = image_of(disc.photo, kWidth, kHeight);
    std::vector<uint8_t> wanted(kPixels * 4);
    MUST(ssam_mask_cutout(disc.mask, &upright, nullptr, wanted.data(), 0));
    const ssam_image to_six = image_of(disc.photo, kWidth, kHeight, 8);  // 6 undoes 8
    std::vector<uint8_t> stored(disc.photo.size());
    MUST(ssam_orient(&to_six, stored.data(), 0));
    const ssam_image turned = image_of(stored, kHeight, kWidth, 6);
    std::vector<uint8_t> found(kPixels * 4);
    MUST(ssam_mask_cutout(disc.mask, &turned, nullptr, found.data(), 0));
    CHECK(found == wanted);
    const ssam_image wrong = image_of(stored, kHeight, kWidth, 1);
    MUST_FAIL(ssam_mask_cutout(disc.mask, &wrong, nullptr, found.data(), 0), SSAM_ERROR_PHOTO,
              "the photo is 120x160, its mask 160x120");
}

TEST("an empty mask has no box, no outline, and cannot be cropped to") {
    test::Rig rig(test::manifest_text());
    const std::vector<uint8_t> photo = disc_photo(kWidth, kHeight, 100, 50, 30);
    const ssam_image image = image_of(photo, kWidth, kHeight);
    MUST(ssam_session_set_image(rig.session, &image));
    MUST(ssam_session_add_point(rig.session, 3, 3, 1));  // the colour of the background itself
    ssam_mask* mask = nullptr;
    MUST(ssam_session_predict(rig.session, nullptr, &mask));
    ssam_mask_info info;
    MUST(ssam_mask_get_info(mask, &info));
    CHECK_EQ(info.area, int64_t{0});
    CHECK(info.box_width == 0 && info.box_height == 0 && info.box_x == 0 && info.box_y == 0);
    ssam_contour* contour = nullptr;
    MUST(ssam_mask_contour(mask, 1.0, &contour));
    CHECK_EQ(ssam_contour_ring_count(contour), size_t{0});
    ssam_contour_free(contour);
    uint32_t counts[1];
    size_t count = 0;
    MUST(ssam_mask_rle_counts(mask, counts, 1, &count));
    CHECK(count == 1 && counts[0] == kPixels);
    ssam_cutout_options options = ssam_cutout_default_options();
    options.soft = 0;
    options.crop = 1;
    int32_t side = 0;
    MUST_FAIL(ssam_mask_cutout_rect(mask, &options, &side, &side, &side, &side), SSAM_ERROR_STATE,
              "the mask is empty");
    options.crop = 2;
    MUST_FAIL(ssam_mask_cutout_rect(mask, &options, &side, &side, &side, &side),
              SSAM_ERROR_INVALID_ARGUMENT, "crop must be 0 or 1");
    ssam_mask_free(mask);
}

TEST("pieces taken away leave no trace in the soft alpha, filled holes no veil") {
    test::Rig rig(test::manifest_text());
    // A disc with a hole of the background's colour, and a smaller disc apart from it.
    std::vector<uint8_t> photo = disc_photo(kWidth, kHeight, 60, 60, 45);
    const std::vector<uint8_t> island = disc_photo(kWidth, kHeight, 145, 100, 9);
    for (int y = 0; y < kHeight; ++y) {
        for (int x = 0; x < kWidth; ++x) {
            const size_t i = static_cast<size_t>(y * kWidth + x) * 3;
            if (std::hypot(x - 60, y - 60) < 14) {
                std::copy_n(photo.begin(), 3, photo.begin() + static_cast<ptrdiff_t>(i));
            }
            if (island[i] > 100) {
                std::copy_n(island.begin() + static_cast<ptrdiff_t>(i), 3,
                            photo.begin() + static_cast<ptrdiff_t>(i));
            }
        }
    }
    const ssam_image image = image_of(photo, kWidth, kHeight);
    MUST(ssam_session_set_image(rig.session, &image));
    MUST(ssam_session_add_point(rig.session, 60, 30, 1));
    ssam_mask* plain = nullptr;
    MUST(ssam_session_predict(rig.session, nullptr, &plain));
    ssam_predict_options options = ssam_predict_default_options();
    options.keep_largest = 1;
    options.max_hole_area = -1;
    ssam_mask* clean = nullptr;
    MUST(ssam_mask_derive(plain, &options, &clean));
    std::vector<uint8_t> before(kPixels), after(kPixels);
    MUST(ssam_mask_render_alpha(plain, nullptr, before.data(), 0));
    MUST(ssam_mask_render_alpha(clean, nullptr, after.data(), 0));
    const auto at = [](int x, int y) { return static_cast<size_t>(y * kWidth + x); };
    CHECK(before[at(145, 100)] > 200 && before[at(60, 60)] < 50);
    for (int y = 0; y < kHeight; ++y) {
        for (int x = 0; x < kWidth; ++x) {
            if (std::hypot(x - 60, y - 60) < 30) {
                REQUIRE(after[at(x, y)] == 255);
            }
            if (std::hypot(x - 145, y - 100) < 16) {
                REQUIRE(after[at(x, y)] == 0);
            }
        }
    }
    // The object's own edge keeps its softness.
    CHECK(before[at(12, 60)] == after[at(12, 60)] || before[at(16, 60)] == after[at(16, 60)]);
    const std::vector<uint8_t> mask = bytes_of(clean);
    CHECK(mask[at(145, 100)] == 0 && mask[at(60, 60)] == 1);
    ssam_mask_free(plain);
    ssam_mask_free(clean);
}
