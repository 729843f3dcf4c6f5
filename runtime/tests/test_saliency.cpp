// Heat maps whose clicks can be told by hand. The differential test against scikit-image is in
// tests/core.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "fake_engine.h"
#include "manifest_text.h"
#include "runner.h"
#include "squeezesam/ssam.h"

namespace {

// Digits are tens of heat, '.' is 0.
ssam_saliency clicks(const std::vector<std::string>& rows) {
    std::vector<uint8_t> heat;
    for (const std::string& row : rows) {
        for (const char c : row) {
            heat.push_back(static_cast<uint8_t>(c == '.' ? 0 : (c - '0') * 10));
        }
    }
    ssam_saliency found{};
    MUST(ssam_salient_clicks(heat.data(), static_cast<int32_t>(rows[0].size()),
                             static_cast<int32_t>(rows.size()), 0, &found));
    return found;
}

std::string shown(const ssam_saliency& found) {
    std::string text;
    for (int i = 0; i < found.count; ++i) {
        text += "(" + test::text(found.x[i]) + "," + test::text(found.y[i]) + ")";
    }
    return text;
}

TEST("a square gives its centre and the centres of its quarters") {
    const ssam_saliency found =
        clicks({"......", ".5555.", ".5555.", ".5555.", ".5555.", "......"});
    CHECK_EQ(shown(found), std::string("(2.5,2.5)(1.5,1.5)(3.5,1.5)(1.5,3.5)(3.5,3.5)"));
    CHECK_EQ(found.threshold, 0);
    CHECK_EQ(found.area, int64_t{16});
    CHECK_EQ(found.peak, 50);
}

TEST("pixels on the dividing lines belong to the right and lower quarters") {
    // 3x3: the centre column and row count as right and bottom.
    CHECK_EQ(shown(clicks({".....", ".555.", ".555.", ".555.", "....."})),
             std::string("(2,2)(1,1)(2.5,1)(1,2.5)(2.5,2.5)"));
}

TEST("a single pixel gives itself and itself as its one quarter") {
    CHECK_EQ(shown(clicks({"...", ".7.", "..."})), std::string("(1,1)(1,1)"));
    CHECK_EQ(shown(clicks({"7."})), std::string("(0,0)(0,0)"));
}

TEST("a flat map gives no clicks") {
    const ssam_saliency found = clicks({"333", "333"});
    CHECK_EQ(found.count, 0);
    CHECK_EQ(found.threshold, -1);
    CHECK_EQ(found.area, int64_t{0});
    CHECK_EQ(clicks({"9"}).count, 0);
}

TEST("the blob with the highest value wins, then its count, then area, then raster order") {
    const auto first = [](const std::vector<std::string>& rows) {
        const ssam_saliency found = clicks(rows);
        return "(" + test::text(found.x[0]) + "," + test::text(found.y[0]) + ")";
    };
    CHECK_EQ(first({"888...9", "888....", "......."}), std::string("(6,0)"));
    CHECK_EQ(first({"98888..", ".......", ".....99"}), std::string("(5.5,2)"));
    CHECK_EQ(first({"98.....", ".......", "....988"}), std::string("(5,2)"));
    CHECK_EQ(first({".....98", ".......", "98....."}), std::string("(5.5,0)"));
    // 8-connected: two pixels that touch at a corner are one blob. Its centre (4.5, 0.5) belongs
    // to pixel (5, 1), which is not in it; of the two nearest the first in raster order.
    CHECK_EQ(first({".....9.", "....9..", ".......", "9......"}), std::string("(5,0)"));
}

TEST("a centre outside its blob moves to the nearest pixel of the blob") {
    // A ring: the centre (2, 2) is a hole; nearest by raster order among equals is (2, 0).
    const ssam_saliency ring = clicks({"55555", "5...5", "5...5", "5...5", "55555"});
    CHECK_EQ(test::text(ring.x[0]) + "," + test::text(ring.y[0]), std::string("2,0"));
    // The split keeps the exact centre: the quarter top left is the corner's 3 pixels, whose own
    // centre (1/3, 1/3) belongs to a pixel of the blob and stays.
    CHECK_EQ(ring.count, 5);
    CHECK_EQ(ring.x[1], 1.0 / 3);
    // Bottom right: pixels (4, 2), (4, 3) and the row below from 2 to 4; their centre (3.4, 3.4)
    // lies in the hole, as near to (4, 3) as to (3, 4).
    CHECK(ring.x[4] == 4 && ring.y[4] == 3);
}

TEST("gaps between the rows are not part of the map") {
    const std::vector<uint8_t> heat = {0, 90, 255, 0, 90, 255};
    ssam_saliency found{};
    MUST(ssam_salient_clicks(heat.data(), 2, 2, 3, &found));
    CHECK_EQ(found.peak, 90);
    CHECK_EQ(shown(found), std::string("(1,0.5)(1,0)(1,1)"));
    MUST_FAIL(ssam_salient_clicks(heat.data(), 2, 2, 1, &found), SSAM_ERROR_INVALID_ARGUMENT,
              "stride");
    MUST_FAIL(ssam_salient_clicks(heat.data(), 0, 2, 0, &found), SSAM_ERROR_INVALID_ARGUMENT,
              "a heat map must be 1 to 16384");
    MUST_FAIL(ssam_salient_clicks(nullptr, 2, 2, 0, &found), SSAM_ERROR_INVALID_ARGUMENT, "heat");
}

TEST("heat is the sigmoid in 255 steps, rounded, and 0 for what is not a number") {
    const std::vector<float> logits = {0.0f,
                                       -100.0f,
                                       100.0f,
                                       1.0f,
                                       -1.0f,
                                       6.5f,
                                       -6.5f,
                                       std::stof("nan"),
                                       std::stof("inf"),
                                       -std::stof("inf")};
    std::vector<uint8_t> heat(logits.size());
    MUST(ssam_logits_to_heat(logits.data(), logits.size(), heat.data()));
    CHECK(heat == std::vector<uint8_t>({128, 0, 255, 186, 69, 255, 0, 0, 255, 0}));
}

TEST("random clicks are distinct pixels of the blob, drawn anew by each seed") {
    test::Rig rig(test::manifest_text());
    test::open_disc(rig);
    const auto drawn = [&](int32_t how, uint32_t seed) {
        MUST(ssam_session_set_automatic(rig.session, how, seed));
        ssam_prompt clicks[5];
        size_t count = 0;
        MUST(ssam_session_get_automatic(rig.session, clicks, &count));
        std::string text;
        for (size_t i = 0; i < count; ++i) {
            const double dx = clicks[i].x0 - 100, dy = clicks[i].y0 - 50;
            CHECK(dx * dx + dy * dy <= 34 * 34);  // the disc and a cell of the map
            text += test::text(clicks[i].x0) + "," + test::text(clicks[i].y0) + " ";
        }
        return std::to_string(count) + ": " + text;
    };
    const std::string centres = drawn(SSAM_AUTOMATIC_CENTRES, 9);
    CHECK_EQ(centres.substr(0, 2), std::string("5:"));
    const std::string random = drawn(SSAM_AUTOMATIC_RANDOM, 9);
    CHECK_EQ(random.substr(0, 2), std::string("3:"));
    CHECK(random != drawn(SSAM_AUTOMATIC_RANDOM, 10));
    CHECK_EQ(drawn(SSAM_AUTOMATIC_RANDOM, 9), random);
    CHECK_EQ(drawn(SSAM_AUTOMATIC_CENTRES, 0), centres);
    CHECK_EQ(rig.fake.heat_runs.load(), 1);
    MUST_FAIL(ssam_session_set_automatic(rig.session, 2, 0), SSAM_ERROR_INVALID_ARGUMENT,
              "centres (0) or random (1)");
    MUST_FAIL(ssam_session_set_automatic(nullptr, 0, 0), SSAM_ERROR_INVALID_ARGUMENT, "session");
}

TEST("a heat map whose peak is lower than its bundle's least shows nothing") {
    std::vector<uint8_t> photo(size_t{50} * 40 * 3, 90);
    for (size_t y = 10; y < 30; ++y) {
        std::fill_n(photo.begin() + static_cast<std::ptrdiff_t>((y * 50 + 10) * 3), 25 * 3, 190);
    }
    const ssam_image image = test::image_of(photo, 50, 40);
    const auto clicks_with = [&](int least) {
        test::Rig rig(
            test::replaced(test::manifest_text(), "\"role\": \"heat\"",
                           "\"role\": \"heat\", \"least_peak\": " + std::to_string(least)));
        MUST(ssam_session_set_image(rig.session, &image));
        ssam_prompt clicks[5];
        size_t count = 5;
        MUST(ssam_session_get_automatic(rig.session, clicks, &count));
        if (count == 0) {
            ssam_mask* none = nullptr;
            MUST_FAIL(ssam_session_predict(rig.session, nullptr, &none),
                      SSAM_ERROR_NOTHING_STANDS_OUT, "nothing stands out");
        }
        return count;
    };
    // The object's heat is the sigmoid of 3 * 100 / 50 - 4: 225 of 255.
    CHECK_EQ(clicks_with(0), size_t{5});
    CHECK_EQ(clicks_with(225), size_t{5});
    CHECK_EQ(clicks_with(226), size_t{0});
    CHECK_EQ(clicks_with(255), size_t{0});
}

}  // namespace
