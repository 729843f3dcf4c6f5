// What stands out counts beside the prompts: how much of the heat map the masks are given.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "fake_engine.h"
#include "manifest_text.h"
#include "runner.h"
#include "squeezesam/ssam.h"

namespace {

using test::MaskHandle;
using test::Rig;

std::string with_weights(const std::string& weights) {
    const std::string masks = "\"role\": \"masks\"";
    return test::replaced(test::manifest_text(), masks, masks + ", \"heat_weights\": " + weights);
}

// The same photo with and without a share, and what the share adds.
struct Pair {
    explicit Pair(const std::string& weights)
        : plain(test::manifest_text()), joined(with_weights(weights)) {
        test::open_disc(plain);
        test::open_disc(joined);
    }

    void add_point(double x, double y, bool foreground) {
        for (Rig* rig : {&plain, &joined}) {
            MUST(ssam_session_add_point(rig->session, x, y, foreground ? 1 : 0));
        }
    }

    // What the plane's pixel under x, y of the photo of 160 x 120 has more, in every candidate.
    float added(double x, double y) const {
        const MaskHandle without(plain.session);
        const MaskHandle with(joined.session);
        const double scale = with.info.valid_width / 160;
        const auto row = static_cast<int>(y * scale);
        const auto at =
            static_cast<size_t>(row * with.info.plane_width + static_cast<int>(x * scale));
        const auto more = [&](int k) {
            return ssam_mask_get_logits(with.mask, k)[at] -
                   ssam_mask_get_logits(without.mask, k)[at];
        };
        for (int k = 1; k < with.info.candidate_count; ++k) {
            CHECK(std::abs(more(k) - more(0)) < 1e-4);
        }
        return more(0);
    }

    Rig plain;
    Rig joined;
};

const char* const kAll = "{\"click\": 0.5, \"clicks\": 0.25, \"box\": 0, \"automatic\": 0.5}";

// The fake's heat: -4 on the ground, more than 2 on the disc round (100, 50).
TEST("an automatic mask is given its share of the heat map where the photo is") {
    const Pair pair(kAll);
    const float inside = pair.added(100, 50);
    CHECK(inside > 1);
    CHECK(std::abs(pair.added(10, 10) + 2.0) < 1e-4);
    CHECK(std::abs(pair.added(30, 100) + 2.0) < 1e-4);
    CHECK(std::abs(pair.added(101, 51) - inside) < 1e-3);
    // Below the photo lies padding.
    const MaskHandle mask(pair.joined.session);
    CHECK_EQ(pair.added(5, mask.info.plane_height * 160 / mask.info.valid_width - 2), 0.0f);
}

TEST("a background click takes the share away round itself and leaves it further off") {
    Pair pair(kAll);
    const float inside = pair.added(100, 50);
    pair.add_point(100, 50, false);
    CHECK(std::abs(pair.added(100, 50)) < 0.1 * inside);
    CHECK(std::abs(pair.added(10, 10) + 2.0) < 1e-4);
    const float near = pair.added(112, 50);
    CHECK(near > 0.05 * inside);
    CHECK(near < 0.9 * inside);
    int32_t undone = 0;
    MUST(ssam_session_undo(pair.plain.session, &undone));
    MUST(ssam_session_undo(pair.joined.session, &undone));
    CHECK_EQ(pair.added(100, 50), inside);
}

TEST("a click is given more of the heat map the hotter it is there, and each kind its own share") {
    Pair hot(kAll);
    hot.add_point(100, 50, true);
    const float one = hot.added(10, 10);
    CHECK(one < -1.5);
    CHECK(one >= -2.0);
    Pair two(kAll);
    two.add_point(100, 50, true);
    two.add_point(104, 52, true);
    CHECK(std::abs(two.added(10, 10) - one / 2) < 0.05);
    // The least hot of the clicks counts.
    two.add_point(10, 100, true);
    CHECK(std::abs(two.added(10, 10)) < 0.1);

    Pair cold(kAll);
    cold.add_point(10, 100, true);
    CHECK(std::abs(cold.added(100, 50)) < 0.1);
}

TEST("prompts whose weight is nothing leave the heat map alone") {
    Pair pair(kAll);
    for (Rig* rig : {&pair.plain, &pair.joined}) {
        MUST(ssam_session_set_box(rig->session, 70, 20, 130, 80));
    }
    CHECK_EQ(pair.added(100, 50), 0.0f);
    CHECK_EQ(pair.joined.fake.heat_runs, 0);
}

TEST("what comes of values as large as a float can be is finite") {
    Rig rig(test::fitted_text());
    const auto pixels = test::disc_photo(160, 120, 100, 50, 30);
    const ssam_image image = test::image_of(pixels, 160, 120);
    rig.fake.extreme = true;
    MUST(ssam_session_set_image(rig.session, &image));
    for (int clicks = 0; clicks < 3; ++clicks) {
        if (clicks > 0) {
            MUST(ssam_session_add_point(rig.session, 60.0 + clicks * 20, 50, clicks % 2));
        }
        const MaskHandle mask(rig.session);
        CHECK(std::isfinite(mask.info.score));
        std::vector<float> logits(160 * 120);
        MUST(ssam_mask_render_logits(mask.mask, logits.data(), 0));
        CHECK(std::all_of(logits.begin(), logits.end(), [](float v) { return std::isfinite(v); }));
        ssam_mask* refined = nullptr;
        MUST(ssam_mask_refine(mask.mask, &image, nullptr, &refined));
        std::vector<uint8_t> picture(160 * 120 * 4);
        MUST(ssam_mask_cutout(mask.mask, &image, nullptr, picture.data(), 0));
        MUST(ssam_mask_cutout(refined, &image, nullptr, picture.data(), 0));
        ssam_mask_free(refined);
    }
}

TEST("a new photo brings its own heat map") {
    const Pair pair(kAll);
    const float before = pair.added(100, 50);
    const auto pixels = test::disc_photo(160, 120, 40, 80, 30);
    const ssam_image image = test::image_of(pixels, 160, 120);
    MUST(ssam_session_set_image(pair.plain.session, &image));
    MUST(ssam_session_set_image(pair.joined.session, &image));
    CHECK(std::abs(pair.added(40, 80) - before) < 0.2);
    CHECK(std::abs(pair.added(100, 50) + 2.0) < 1e-3);
}

TEST("masks are given no heat where there is no heat map") {
    test::ManifestOptions options;
    options.heat = 0;
    const std::string masks = "\"role\": \"masks\"";
    const auto text = [&](const std::string& weights) {
        return test::replaced(test::manifest_text(options), masks,
                              masks + ", \"heat_weights\": " + weights);
    };
    ssam_bundle* bundle = nullptr;
    const std::string wrong = text(kAll);
    MUST_FAIL(ssam_bundle_parse(wrong.data(), wrong.size(), &bundle), SSAM_ERROR_BUNDLE,
              "programs give the masks heat_weights, but no heat map");
    const std::string right = text("{\"click\": 0, \"clicks\": 0, \"box\": 0, \"automatic\": 0}");
    MUST(ssam_bundle_parse(right.data(), right.size(), &bundle));
    ssam_bundle_free(bundle);
}

}  // namespace
