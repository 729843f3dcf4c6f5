// Sessions: prompts, and what the networks are fed.
#include <cmath>
#include <string>
#include <vector>

#include "fake_engine.h"
#include "manifest_text.h"
#include "runner.h"
#include "squeezesam/ssam.h"

namespace {

using test::image_of;
using test::manifest_text;
using test::MaskHandle;
using test::open_disc;
using test::Rig;

std::vector<ssam_prompt> prompts_of(ssam_session* session) {
    size_t count = 0;
    MUST(ssam_session_get_prompts(session, nullptr, 0, &count));
    std::vector<ssam_prompt> prompts(count);
    MUST(ssam_session_get_prompts(session, prompts.data(), count, &count));
    return prompts;
}

std::string shown(const std::vector<ssam_prompt>& prompts) {
    std::string text;
    for (const ssam_prompt& p : prompts) {
        text += std::string(p.kind == SSAM_PROMPT_BOX ? "box" : (p.kind == 1 ? "+" : "-")) + "(" +
                test::text(p.x0) + "," + test::text(p.y0);
        text += p.kind == SSAM_PROMPT_BOX ? "," + test::text(p.x1) + "," + test::text(p.y1) : "";
        text += ")";
    }
    return text;
}

}  // namespace

TEST("the automatic mask is the disc that stands out") {
    Rig rig(manifest_text());
    open_disc(rig);
    const MaskHandle mask(rig.session);
    CHECK_EQ(mask.info.width, 160);
    CHECK_EQ(mask.info.height, 120);
    const double wanted = 3.14159 * 30 * 30;
    CHECK(std::abs(static_cast<double>(mask.info.area) - wanted) < 0.1 * wanted);
    CHECK(mask.info.prompt_count >= 2);
    for (size_t i = 0; i < mask.info.prompt_count; ++i) {
        const ssam_prompt& click = mask.info.prompts[i];
        CHECK(click.automatic == 1 && click.kind == SSAM_PROMPT_FOREGROUND);
        CHECK(std::hypot(click.x0 - 100, click.y0 - 50) < 30);
    }
    CHECK(std::hypot(mask.info.prompts[0].x0 - 100, mask.info.prompts[0].y0 - 50) < 2);
    const ssam_timings& first = mask.info.timings;
    REQUIRE(first.program_count == 2);
    CHECK_EQ(std::string(first.programs[0].name), std::string("heat"));
    CHECK_EQ(std::string(first.programs[1].name), std::string("segment"));
    CHECK(first.programs[0].ms > 0 && first.programs[1].ms > 0);
    CHECK(first.total > first.programs[0].ms + first.programs[1].ms);
    const MaskHandle again(rig.session);
    CHECK_EQ(rig.fake.heat_runs.load(), 1);
    CHECK_EQ(again.info.timings.programs[0].ms, 0.0);
    CHECK(again.info.timings.programs[1].ms > 0);
    CHECK(again.info.timings.open > 0);
}

TEST("undo takes back clicks, boxes and clears, in order") {
    Rig rig(manifest_text());
    open_disc(rig);
    MUST(ssam_session_add_point(rig.session, 1, 2, 1));
    MUST(ssam_session_set_box(rig.session, 5, 6, 70, 80));
    MUST(ssam_session_add_point(rig.session, 3, 4, 0));
    MUST(ssam_session_set_box(rig.session, -9, 10, 500, 90));
    CHECK_EQ(shown(prompts_of(rig.session)), std::string("box(-0.5,10,159.5,90)+(1,2)-(3,4)"));
    MUST(ssam_session_clear(rig.session));
    MUST(ssam_session_clear(rig.session));  // nothing to clear: not an action
    CHECK_EQ(shown(prompts_of(rig.session)), std::string());
    int32_t undone = 0;
    MUST(ssam_session_undo(rig.session, &undone));
    CHECK_EQ(shown(prompts_of(rig.session)), std::string("box(-0.5,10,159.5,90)+(1,2)-(3,4)"));
    MUST(ssam_session_undo(rig.session, nullptr));
    CHECK_EQ(shown(prompts_of(rig.session)), std::string("box(5,6,70,80)+(1,2)-(3,4)"));
    MUST(ssam_session_undo(rig.session, nullptr));
    MUST(ssam_session_undo(rig.session, nullptr));
    CHECK_EQ(shown(prompts_of(rig.session)), std::string("+(1,2)"));
    MUST(ssam_session_undo(rig.session, &undone));
    CHECK_EQ(undone, 1);
    MUST(ssam_session_undo(rig.session, &undone));
    CHECK_EQ(undone, 0);
}

TEST("a new photo forgets the prompts; a refused one leaves everything as it was") {
    Rig rig(manifest_text());
    open_disc(rig);
    MUST(ssam_session_add_point(rig.session, 1, 2, 1));
    ssam_image bad{};
    MUST_FAIL(ssam_session_set_image(rig.session, &bad), SSAM_ERROR_PHOTO, "no pixels");
    CHECK_EQ(prompts_of(rig.session).size(), size_t{1});
    int32_t width = 0, height = 0;
    MUST(ssam_session_get_size(rig.session, &width, &height));
    CHECK(width == 160 && height == 120);
    open_disc(rig);
    CHECK_EQ(prompts_of(rig.session).size(), size_t{0});
    int32_t undone = 1;
    MUST(ssam_session_undo(rig.session, &undone));
    CHECK_EQ(undone, 0);
}

TEST("clicks and boxes that make no sense are refused with their coordinates") {
    Rig rig(manifest_text());
    open_disc(rig);
    const auto click = [&](double x, double y) {
        return ssam_session_add_point(rig.session, x, y, 1);
    };
    CHECK_EQ(click(-0.5, 119.49), SSAM_OK);
    MUST_FAIL(click(160, 10), SSAM_ERROR_PROMPT,
              "the click (160, 10) is outside the photo of 160x120 pixels");
    MUST_FAIL(click(159.5, 10), SSAM_ERROR_PROMPT, "(159.5, 10)");
    MUST_FAIL(click(10, -0.51), SSAM_ERROR_PROMPT, "(10, -0.51)");
    MUST_FAIL(click(NAN, 10), SSAM_ERROR_PROMPT, "outside");
    MUST_FAIL(click(10, INFINITY), SSAM_ERROR_PROMPT, "outside");
    MUST_FAIL(ssam_session_add_point(rig.session, 1, 1, 2), SSAM_ERROR_INVALID_ARGUMENT, "0 or 1");
    const auto box = [&](double x0, double y0, double x1, double y1) {
        return ssam_session_set_box(rig.session, x0, y0, x1, y1);
    };
    MUST_FAIL(box(10, 10, 10, 20), SSAM_ERROR_PROMPT, "the box (10, 10, 10, 20) is empty");
    MUST_FAIL(box(10, 30, 20, 20), SSAM_ERROR_PROMPT, "is inverted");
    MUST_FAIL(box(160, 0, 200, 20), SSAM_ERROR_PROMPT, "does not touch the photo of 160x120");
    MUST_FAIL(box(0, -9, 9, -1), SSAM_ERROR_PROMPT, "does not touch");
    MUST_FAIL(box(0, 0, NAN, 9), SSAM_ERROR_PROMPT, "not a number");
    MUST_FAIL(box(-INFINITY, 0, 9, 9), SSAM_ERROR_PROMPT, "not a number");
    CHECK_EQ(prompts_of(rig.session).size(), size_t{1});
}

TEST("a call that needs a photo says so") {
    Rig rig(manifest_text());
    int32_t side = 0;
    ssam_mask* mask = nullptr;
    MUST_FAIL(ssam_session_predict(rig.session, nullptr, &mask), SSAM_ERROR_STATE, "no photo yet");
    MUST_FAIL(ssam_session_get_size(rig.session, &side, &side), SSAM_ERROR_STATE, "no photo yet");
    MUST_FAIL(ssam_session_add_point(rig.session, 0, 0, 1), SSAM_ERROR_STATE, "no photo yet");
    MUST_FAIL(ssam_session_set_box(rig.session, 0, 0, 1, 1), SSAM_ERROR_STATE, "no photo yet");
}

TEST("nothing stands out in a flat photo: a typed error, and a click still works") {
    Rig rig(manifest_text());
    const std::vector<uint8_t> flat(50 * 40 * 3, 90);
    const ssam_image image = image_of(flat, 50, 40);
    MUST(ssam_session_set_image(rig.session, &image));
    ssam_prompt clicks[5];
    size_t count = 9;
    MUST(ssam_session_get_automatic(rig.session, clicks, &count));
    CHECK_EQ(count, size_t{0});
    ssam_mask* none = nullptr;
    for (int i = 0; i < 2; ++i) {
        MUST_FAIL(ssam_session_predict(rig.session, nullptr, &none), SSAM_ERROR_NOTHING_STANDS_OUT,
                  "nothing stands out in this photo; give a click or a box");
    }
    CHECK_EQ(rig.fake.heat_runs.load(), 1);
    MUST(ssam_session_add_point(rig.session, 3, 3, 0));  // a background click alone does not help
    MUST_FAIL(ssam_session_predict(rig.session, nullptr, &none), SSAM_ERROR_NOTHING_STANDS_OUT,
              "nothing stands out");
    MUST(ssam_session_add_point(rig.session, 20, 20, 1));
    const MaskHandle mask(rig.session);
    CHECK_EQ(mask.info.prompt_count, size_t{2});
}

TEST("a lone background click refines the automatic mask") {
    Rig rig(manifest_text());
    open_disc(rig);
    MUST(ssam_session_add_point(rig.session, 5, 5, 0));
    const MaskHandle mask(rig.session);
    REQUIRE(mask.info.prompt_count >= 3);
    const ssam_prompt& last = mask.info.prompts[mask.info.prompt_count - 1];
    CHECK(last.automatic == 0 && last.kind == SSAM_PROMPT_BACKGROUND);
    CHECK_EQ(mask.info.prompts[0].automatic, 1);
    MUST(ssam_session_add_point(rig.session, 100, 50, 1));
    const MaskHandle manual(rig.session);
    CHECK_EQ(manual.info.prompt_count, size_t{2});
}

TEST("points are box corners, then the newest clicks, in input pixels, padded with -1") {
    Rig rig(manifest_text({64, 0, 0, 4, true, true}));
    open_disc(rig);  // 160x120 in 64x64: scale 0.4 both ways, 64x48
    MUST(ssam_session_set_box(rig.session, 10, 20, 60, 70));
    for (const double x : {1.0, 2.0, 3.0}) {
        MUST(ssam_session_add_point(rig.session, x, 10, x == 3.0 ? 0 : 1));
    }
    const MaskHandle mask(rig.session);
    const auto to_net = [](double v) { return static_cast<float>((v + 0.5) * 0.4 - 0.5); };
    CHECK(rig.fake.labels == std::vector<float>({2, 3, 1, 0}));
    CHECK(rig.fake.points == std::vector<float>({to_net(10), to_net(20), to_net(60), to_net(70),
                                                 to_net(2), to_net(10), to_net(3), to_net(10)}));
    // The oldest click has no slot but is drawn: the disc round its centre.
    const auto plane = [&](int c, int y, int x) {
        return rig.fake.prompts[static_cast<size_t>((c * 64 + y) * 64 + x)];
    };
    CHECK_EQ(plane(1, 4, 0), 1.0f);
    CHECK_EQ(plane(0, 7, 4), 0.0f);
    CHECK_EQ(plane(0, 8, 4), 1.0f);
    CHECK_EQ(plane(0, 27, 23), 1.0f);
    CHECK_EQ(plane(0, 28, 23), 0.0f);
    MUST(ssam_session_clear(rig.session));
    MUST(ssam_session_add_point(rig.session, 100, 50, 1));
    const MaskHandle one(rig.session);
    CHECK(rig.fake.labels == std::vector<float>({1, -1, -1, -1}));
    CHECK_EQ(rig.fake.points[2], 0.0f);
    CHECK_EQ(plane(0, 63, 63), 1.0f);  // no box: ones everywhere
}

TEST("the image input holds the photo top left and the padding colour elsewhere") {
    Rig rig(manifest_text());
    open_disc(rig);
    MUST(ssam_session_add_point(rig.session, 100, 50, 1));
    const MaskHandle mask(rig.session);
    const auto value = [&](int c, int y, int x) {
        return rig.fake.image[static_cast<size_t>((c * 64 + y) * 64 + x)];
    };
    CHECK_EQ(value(0, 0, 0), 20.0f);
    CHECK_EQ(value(2, 47, 63), 200.0f);
    CHECK_EQ(value(0, 20, 40), 220.0f);
    CHECK_EQ(value(0, 48, 0), 124.0f);
    CHECK_EQ(value(1, 63, 63), 116.0f);
    CHECK_EQ(value(2, 50, 10), 104.0f);
    CHECK_EQ(rig.fake.heat_runs.load(), 0);  // with a click of the person's it is not needed
}

TEST("what a bundle was not trained for is refused") {
    Rig rig(manifest_text({64, 0, 0, 8, false, false}));
    open_disc(rig);
    MUST_FAIL(ssam_session_add_point(rig.session, 1, 1, 0), SSAM_ERROR_PROMPT_UNSUPPORTED,
              "not trained for background clicks");
    MUST_FAIL(ssam_session_set_box(rig.session, 1, 1, 2, 2), SSAM_ERROR_PROMPT_UNSUPPORTED,
              "not trained for boxes");
    ssam_mask* none = nullptr;
    MUST_FAIL(ssam_session_predict(rig.session, nullptr, &none), SSAM_ERROR_PROMPT_UNSUPPORTED,
              "no heat map: give a click or a box");
    ssam_prompt clicks[5];
    size_t count = 0;
    MUST_FAIL(ssam_session_get_automatic(rig.session, clicks, &count),
              SSAM_ERROR_PROMPT_UNSUPPORTED, "no heat map");
}

TEST("a 1x1 and a 20000x10 photo go the whole way") {
    test::Rig rig(test::manifest_text());
    const std::vector<uint8_t> pixels(20000 * 10 * 3, 200);
    for (const bool tiny : {true, false}) {
        const int width = tiny ? 1 : 20000;
        const int height = tiny ? 1 : 10;
        const ssam_image image = image_of(pixels, width, height);
        MUST(ssam_session_set_image(rig.session, &image));
        MUST(ssam_session_add_point(rig.session, width - 1, height - 1, 1));
        ssam_mask* mask = nullptr;
        MUST(ssam_session_predict(rig.session, nullptr, &mask));
        std::vector<float> logits(static_cast<size_t>(width * height));
        MUST(ssam_mask_render_logits(mask, logits.data(), 0));
        CHECK(std::isfinite(logits.back()));
        ssam_contour* contour = nullptr;
        MUST(ssam_mask_contour(mask, 0, &contour));
        ssam_contour_free(contour);
        ssam_mask_free(mask);
    }
}
