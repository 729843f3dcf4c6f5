// Scores: which mask they choose, and the lines that bring them to what came true.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "fake_engine.h"
#include "manifest_text.h"
#include "runner.h"
#include "squeezesam/ssam.h"

namespace {

using test::manifest_text;
using test::MaskHandle;
using test::open_disc;
using test::Rig;

TEST("the best score is chosen, scores are clamped, ties go to the first") {
    Rig rig(manifest_text());
    open_disc(rig);
    const MaskHandle best(rig.session);
    CHECK_EQ(best.info.chosen, 3);
    CHECK_EQ(best.info.score, 1.0f);
    CHECK_EQ(best.info.scores[1], 0.9f);
    rig.fake.scores = {0.5f, 7.0f, 2.0f, -1.0f};
    const MaskHandle tie(rig.session);
    CHECK_EQ(tie.info.chosen, 1);
    CHECK_EQ(tie.info.scores[3], 0.0f);
    ssam_predict_options options = ssam_predict_default_options();
    options.candidate = 2;
    const MaskHandle chosen(rig.session, &options);
    CHECK_EQ(chosen.info.chosen, 2);
    CHECK(chosen.info.area <= tie.info.area);
    ssam_mask* derived = nullptr;
    MUST(ssam_mask_derive(tie.mask, &options, &derived));
    ssam_mask_info info;
    MUST(ssam_mask_get_info(derived, &info));
    CHECK_EQ(info.area, chosen.info.area);
    ssam_mask_free(derived);
    for (const int candidate : {-2, 4}) {
        options.candidate = candidate;
        ssam_mask* none = nullptr;
        MUST_FAIL(ssam_session_predict(rig.session, &options, &none), SSAM_ERROR_INVALID_ARGUMENT,
                  "there is no candidate");
        CHECK(none == nullptr);
    }
}

// The manifest of a network whose scores are made of `traits`, the heads in the manifest's order.
std::string with_heads(const std::string& traits, const std::vector<std::string>& heads) {
    return test::replaced(manifest_text(), "\"role\": \"scores\"",
                          "\"role\": \"scores\", \"score_heads\": {\"traits\": " + traits +
                              ", \"click\": " + heads[0] + ", \"clicks\": " + heads[1] +
                              ", \"box\": " + heads[2] + ", \"automatic\": " + heads[3] + "}");
}

TEST("each kind of prompts has its head") {
    Rig rig(with_heads(
        "[\"score\"]",
        {"{\"bias\": 0.1, \"weights\": [0.5]}", "{\"bias\": 0.2, \"weights\": [0.25]}",
         "{\"bias\": -0.1, \"weights\": [0.75]}", "{\"bias\": 0.5, \"weights\": [0.125]}"}));
    open_disc(rig);
    rig.fake.scores = {0.25f, 0.5f, -2.0f, 7.0f};
    const auto scores_are = [&](double weight, double bias) {
        const MaskHandle mask(rig.session);
        CHECK_EQ(mask.info.chosen, 3);
        for (size_t i = 0; i < 4; ++i) {
            const double score = bias + weight * static_cast<double>(rig.fake.scores[i]);
            CHECK_EQ(mask.info.scores[i], static_cast<float>(std::clamp(score, 0.0, 1.0)));
        }
    };
    scores_are(0.125, 0.5);
    MUST(ssam_session_add_point(rig.session, 100, 50, 1));
    scores_are(0.5, 0.1);
    MUST(ssam_session_add_point(rig.session, 1, 1, 1));
    scores_are(0.25, 0.2);
    MUST(ssam_session_set_box(rig.session, 70, 20, 130, 80));
    scores_are(0.75, -0.1);
}

TEST("a head may weigh squares, and one that squares the heat alone looks at it") {
    const std::string plain = "{\"bias\": 0.25, \"weights\": [0.5, 0]}";
    const std::string square = "{\"bias\": 0.25, \"weights\": [0.5, 0], \"squares\": [-0.5, 0]}";
    const std::string hot = "{\"bias\": 0.25, \"weights\": [0, 0], \"squares\": [0, 0.5]}";
    Rig rig(with_heads("[\"score\", \"heat_inside\"]", {square, hot, plain, plain}));
    open_disc(rig);
    rig.fake.scores = {0.25f, 0.5f, 1.0f, -0.5f};
    MUST(ssam_session_add_point(rig.session, 100, 50, 1));
    const MaskHandle click(rig.session);
    for (size_t i = 0; i < 4; ++i) {
        const auto own = static_cast<double>(rig.fake.scores[i]);
        const double score = 0.25 + 0.5 * own - 0.5 * own * own;
        CHECK_EQ(click.info.scores[i], static_cast<float>(std::clamp(score, 0.0, 1.0)));
    }
    CHECK_EQ(rig.fake.heat_runs, 0);
    MUST(ssam_session_add_point(rig.session, 1, 1, 1));
    const MaskHandle clicks(rig.session);
    CHECK_EQ(rig.fake.heat_runs, 1);
    CHECK(clicks.info.scores[0] >= 0.25f);
}

TEST("the mask with the best score by its head is chosen, whatever the network says") {
    const std::string small = "{\"bias\": 0.9, \"weights\": [-0.5]}";
    Rig rig(with_heads("[\"area\"]", {small, small, small, small}));
    open_disc(rig);
    const MaskHandle best(rig.session);
    // The pixels of each mask where the photo covers the plane, counted here.
    const auto width = static_cast<int>(std::ceil(best.info.valid_width));
    const auto height = static_cast<int>(std::ceil(best.info.valid_height));
    int first = 0;
    for (int candidate = 0; candidate < best.info.candidate_count; ++candidate) {
        const float* const logits = ssam_mask_get_logits(best.mask, candidate);
        int64_t area = 0;
        for (int y = 0; y < height; ++y) {
            for (int x = 0; x < width; ++x) {
                area += logits[y * best.info.plane_width + x] > 0 ? 1 : 0;
            }
        }
        const double share = static_cast<double>(area) / (static_cast<double>(width) * height);
        CHECK(std::abs(best.info.scores[candidate] - (0.9 - 0.5 * std::sqrt(share))) < 1e-6);
        first = best.info.scores[candidate] > best.info.scores[first] ? candidate : first;
    }
    CHECK_EQ(best.info.chosen, first);
    CHECK_EQ(best.info.score, best.info.scores[first]);
}

TEST("a head that looks at the heat map has it run once a photo, another does without") {
    const std::string none = "{\"bias\": 0.5, \"weights\": [0, 0.1]}";
    const std::string hot = "{\"bias\": 0.5, \"weights\": [0.1, 0]}";
    Rig rig(with_heads("[\"heat_inside\", \"inside\"]", {none, hot, none, none}));
    open_disc(rig);
    MUST(ssam_session_add_point(rig.session, 100, 50, 1));
    const MaskHandle one(rig.session);
    CHECK_EQ(rig.fake.heat_runs, 0);
    MUST(ssam_session_add_point(rig.session, 1, 1, 1));
    const MaskHandle two(rig.session);
    const MaskHandle three(rig.session);
    CHECK_EQ(rig.fake.heat_runs, 1);
    CHECK(two.info.score > 0.5f);
}

TEST("an empty mask is worth nothing, whatever its head says") {
    const std::string any = "{\"bias\": 0.5, \"weights\": [0.1]}";
    Rig rig(with_heads("[\"score\"]", {any, any, any, any}));
    open_disc(rig);
    // The fake goes by colour: the same wanted and not wanted leaves nothing.
    MUST(ssam_session_add_point(rig.session, 30, 20, 1));
    MUST(ssam_session_add_point(rig.session, 1, 1, 0));
    const MaskHandle mask(rig.session);
    CHECK_EQ(mask.info.area, 0);
    CHECK_EQ(mask.info.score, 0.0f);
}

}  // namespace
