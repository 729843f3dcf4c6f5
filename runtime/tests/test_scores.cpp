// Scores: which mask they choose, and the lines that bring them to what came true.
#include <algorithm>
#include <string>

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

TEST("each kind of prompts has its line, which changes the scores and not the choice") {
    const std::string lines = "[[0.5, 0.1], [0.25, 0.2], [0.75, -0.1], [0.125, 0.5]]";
    Rig rig(test::replaced(manifest_text(), "\"role\": \"scores\"",
                           "\"role\": \"scores\", \"score_lines\": " + lines));
    open_disc(rig);
    rig.fake.scores = {0.25f, 0.5f, -2.0f, 7.0f};
    const auto scores_are = [&](float scale, float shift) {
        const MaskHandle mask(rig.session);
        CHECK_EQ(mask.info.chosen, 3);
        for (size_t i = 0; i < 4; ++i) {
            CHECK_EQ(mask.info.scores[i],
                     std::clamp(scale * rig.fake.scores[i] + shift, 0.0f, 1.0f));
        }
    };
    scores_are(0.125f, 0.5f);
    MUST(ssam_session_add_point(rig.session, 30, 20, 1));
    scores_are(0.5f, 0.1f);
    MUST(ssam_session_add_point(rig.session, 1, 1, 0));
    scores_are(0.25f, 0.2f);
    MUST(ssam_session_set_box(rig.session, 10, 10, 40, 30));
    scores_are(0.75f, -0.1f);
}

}  // namespace
