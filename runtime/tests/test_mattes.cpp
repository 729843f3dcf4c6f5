// The alpha of cut-outs: opaque inside, clear outside, soft only where the photo's edge is.
#include <algorithm>
#include <cmath>
#include <vector>

#include "fake_engine.h"
#include "manifest_text.h"
#include "runner.h"
#include "squeezesam/ssam.h"

namespace {

constexpr int kWidth = 480;
constexpr int kHeight = 360;
constexpr size_t kPixels = size_t{kWidth} * kHeight;
constexpr double kX = 220;
constexpr double kY = 170;
constexpr double kRadius = 100;
constexpr double kBand = 0.01 * kWidth;

double from_edge(size_t i) {
    const auto x = static_cast<double>(i % kWidth);
    const auto y = static_cast<double>(i / kWidth);
    return std::hypot(x - kX, y - kY) - kRadius;
}

// A mask of a disc, and its photo with an edge `softness` pixels soft to either side.
struct Disc {
    test::Rig rig{test::manifest_text()};
    std::vector<uint8_t> photo;
    ssam_mask* mask = nullptr;

    explicit Disc(int softness)
        : photo(test::blurred(test::disc_photo(kWidth, kHeight, kX, kY, kRadius), kWidth, kHeight,
                              softness)) {
        const ssam_image image = described(photo);
        MUST(ssam_session_set_image(rig.session, &image));
        MUST(ssam_session_add_point(rig.session, kX, kY, 1));
        ssam_mask* coarse = nullptr;
        MUST(ssam_session_predict(rig.session, nullptr, &coarse));
        MUST(ssam_mask_refine(coarse, &image, nullptr, &mask));
        ssam_mask_free(coarse);
    }
    ~Disc() { ssam_mask_free(mask); }
    Disc(const Disc&) = delete;
    Disc& operator=(const Disc&) = delete;

    static ssam_image described(const std::vector<uint8_t>& rgb) {
        return test::image_of(rgb, kWidth, kHeight);
    }

    std::vector<uint8_t> alpha_in(const std::vector<uint8_t>& rgb) const {
        const ssam_image image = described(rgb);
        std::vector<uint8_t> alpha(kPixels);
        MUST(ssam_mask_render_alpha(mask, &image, alpha.data(), 0));
        return alpha;
    }

    std::vector<uint8_t> hard() const {
        std::vector<uint8_t> bytes(kPixels);
        MUST(ssam_mask_render(mask, 255, bytes.data(), 0));
        return bytes;
    }
};

// Sum of the differences to the true share of the object, in pixels.
template <typename Share>
double error(const std::vector<uint8_t>& alpha, Share&& share) {
    double sum = 0;
    for (size_t i = 0; i < kPixels; ++i) {
        sum += std::abs(alpha[i] / 255.0 - share(i));
    }
    return sum;
}

}  // namespace

TEST("alpha is the mask itself outside a band of a hundredth of the longer side") {
    const Disc disc(2);
    const std::vector<uint8_t> alpha = disc.alpha_in(disc.photo);
    const std::vector<uint8_t> hard = disc.hard();
    int edge = 0;
    for (size_t i = 0; i < kPixels; ++i) {
        edge += alpha[i] != hard[i] ? 1 : 0;
        // The mask's own edge lies within two pixels of the disc's.
        if (std::abs(from_edge(i)) > kBand + 3) {
            REQUIRE(alpha[i] == hard[i]);
        }
    }
    CHECK(edge > 600);
}

TEST("alpha follows a soft edge of the photo, which the mask alone cannot") {
    const Disc disc(2);
    const std::vector<uint8_t> soft = disc.photo;
    const auto share = [&](size_t i) { return (soft[3 * i] - 20) / 200.0; };
    const double before = error(disc.hard(), share);
    CHECK(before > 300);
    CHECK(error(disc.alpha_in(soft), share) < 0.7 * before);
}

TEST("a hard edge of the photo stays hard") {
    const Disc disc(0);
    const auto share = [](size_t i) { return from_edge(i) <= 0 ? 1.0 : 0.0; };
    CHECK(error(disc.alpha_in(disc.photo), share) <= error(disc.hard(), share));
    int partial = 0;
    for (const uint8_t a : disc.alpha_in(disc.photo)) {
        partial += a > 0 && a < 255 ? 1 : 0;
    }
    CHECK(partial < 100);
}

TEST("where the photo says nothing the mask alone decides, with a narrow ramp across its edge") {
    const Disc disc(2);
    const std::vector<uint8_t> grey(kPixels * 3, 128);
    const std::vector<uint8_t> alpha = disc.alpha_in(grey);
    const std::vector<uint8_t> hard = disc.hard();
    for (size_t i = 0; i < kPixels; ++i) {
        REQUIRE((alpha[i] >= 128) == (hard[i] == 255));
        // The mask's own edge lies within two pixels of the disc's.
        if (std::abs(from_edge(i)) > kBand / 4 + 3) {
            REQUIRE(alpha[i] == hard[i]);
        }
    }
}

TEST("an empty mask has no alpha and nothing to crop to") {
    test::Rig rig(test::manifest_text());
    const std::vector<uint8_t> photo = test::disc_photo(kWidth, kHeight, kX, kY, 3);
    const ssam_image image = Disc::described(photo);
    MUST(ssam_session_set_image(rig.session, &image));
    MUST(ssam_session_add_point(rig.session, 3, 3, 1));  // the colour of the background itself
    const test::MaskHandle made(rig.session);
    REQUIRE(made.info.area == 0);
    std::vector<uint8_t> alpha(kPixels, 7);
    MUST(ssam_mask_render_alpha(made.mask, &image, alpha.data(), 0));
    CHECK(std::all_of(alpha.begin(), alpha.end(), [](uint8_t a) { return a == 0; }));
    ssam_cutout_options options = ssam_cutout_default_options();
    options.crop = 1;
    int32_t x = 0, y = 0, width = 0, height = 0;
    MUST_FAIL(ssam_mask_cutout_rect(made.mask, &options, &x, &y, &width, &height), SSAM_ERROR_STATE,
              "the mask is empty");
}

TEST("alpha with a photo wants that photo") {
    const Disc disc(0);
    std::vector<uint8_t> alpha(kPixels);
    const ssam_image other = test::image_of(disc.photo, kHeight, kWidth);
    MUST_FAIL(ssam_mask_render_alpha(disc.mask, &other, alpha.data(), 0), SSAM_ERROR_PHOTO,
              "not the photo this mask was made from");
}
