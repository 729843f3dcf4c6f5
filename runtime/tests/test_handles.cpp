// Handles: how long they live, what they refuse, and what an engine's failures become.
#include <string>
#include <vector>

#include "fake_engine.h"
#include "manifest_text.h"
#include "runner.h"
#include "squeezesam/ssam.h"

namespace {

using test::disc_photo;
using test::image_of;
using test::manifest_text;
using test::MaskHandle;
using test::open_disc;
using test::Rig;

}  // namespace

TEST("an engine that fails says why through the core") {
    Rig rig(manifest_text());
    open_disc(rig);
    ssam_mask* none = nullptr;
    const auto predict = [&] { return ssam_session_predict(rig.session, nullptr, &none); };
    rig.fake.answer = SSAM_ERROR_INTERNAL;
    rig.fake.message = "the delegate went away";
    MUST_FAIL(predict(), SSAM_ERROR_ENGINE, "the program 'heat' failed: the delegate went away");
    rig.fake.message = std::string(2000, 'x');  // no NUL within the room given
    MUST_FAIL(predict(), SSAM_ERROR_ENGINE, "xxx");
    rig.fake.message = "\xff";
    MUST_FAIL(predict(), SSAM_ERROR_ENGINE, "the engine gave no reason");
    rig.fake.answer = SSAM_ERROR_OUT_OF_MEMORY;
    MUST_FAIL(predict(), SSAM_ERROR_OUT_OF_MEMORY, "out of memory");
    rig.fake.answer = SSAM_OK;
    rig.fake.not_a_number = true;
    MUST_FAIL(predict(), SSAM_ERROR_ENGINE, "'heatmap' that is not a number");
    MUST(ssam_session_add_point(rig.session, 100, 50, 1));
    MUST_FAIL(predict(), SSAM_ERROR_ENGINE, "'masks' that is not a number");
    rig.fake.not_a_number = false;
    const MaskHandle mask(rig.session);
    CHECK(mask.info.area > 0);
}

TEST("prewarming runs every program once") {
    Rig rig(manifest_text());
    MUST(ssam_segmenter_prewarm(rig.segmenter));
    CHECK_EQ(rig.fake.segment_runs.load(), 1);
    CHECK_EQ(rig.fake.heat_runs.load(), 1);
}

TEST("handles live as long as somebody needs them; the engine is released once") {
    test::FakeEngine fake;
    {
        const std::string text = manifest_text();
        ssam_bundle* bundle = nullptr;
        ssam_segmenter* segmenter = nullptr;
        ssam_session* session = nullptr;
        MUST(ssam_bundle_parse(text.data(), text.size(), &bundle));
        const ssam_engine engine = fake.engine();
        MUST(ssam_segmenter_create(bundle, &engine, &segmenter));
        MUST(ssam_session_create(segmenter, &session));
        ssam_bundle_free(bundle);
        ssam_segmenter_free(segmenter);
        CHECK_EQ(fake.released.load(), 0);
        const std::vector<uint8_t> photo = disc_photo(40, 40, 20, 20, 9);
        const ssam_image image = image_of(photo, 40, 40);
        MUST(ssam_session_set_image(session, &image));
        ssam_mask* mask = nullptr;
        MUST(ssam_session_predict(session, nullptr, &mask));
        ssam_session_free(session);
        CHECK_EQ(fake.released.load(), 1);
        std::vector<uint8_t> out(1600);
        MUST(ssam_mask_render(mask, 1, out.data(), 0));
        ssam_mask_free(mask);
    }
    ssam_segmenter* none = nullptr;
    ssam_engine lame = fake.engine();
    lame.run = nullptr;
    const std::string text = manifest_text();
    ssam_bundle* bundle = nullptr;
    MUST(ssam_bundle_parse(text.data(), text.size(), &bundle));
    MUST_FAIL(ssam_segmenter_create(bundle, &lame, &none), SSAM_ERROR_INVALID_ARGUMENT,
              "engine.run must not be NULL");
    ssam_bundle_free(bundle);
    CHECK_EQ(fake.released.load(), 1);
}

TEST("NULL is refused or ignored everywhere") {
    ssam_bundle_free(nullptr);
    ssam_segmenter_free(nullptr);
    ssam_session_free(nullptr);
    ssam_mask_free(nullptr);
    ssam_contour_free(nullptr);
    ssam_session_cancel(nullptr);
    CHECK_EQ(ssam_contour_ring_count(nullptr), size_t{0});
    CHECK(ssam_mask_get_logits(nullptr, 0) == nullptr);
    Rig rig(manifest_text());
    open_disc(rig);
    MUST_FAIL(ssam_session_predict(rig.session, nullptr, nullptr), SSAM_ERROR_INVALID_ARGUMENT,
              "mask must not be NULL");
    MUST_FAIL(ssam_session_set_image(nullptr, nullptr), SSAM_ERROR_INVALID_ARGUMENT, "session");
    MUST_FAIL(ssam_session_set_image(rig.session, nullptr), SSAM_ERROR_INVALID_ARGUMENT, "image");
    MUST_FAIL(ssam_bundle_open(nullptr, 0, nullptr), SSAM_ERROR_INVALID_ARGUMENT, "bundle");
    MUST_FAIL(ssam_session_get_automatic(rig.session, nullptr, nullptr),
              SSAM_ERROR_INVALID_ARGUMENT, "clicks");
    MUST_FAIL(ssam_session_get_size(rig.session, nullptr, nullptr), SSAM_ERROR_INVALID_ARGUMENT,
              "width");
    CHECK_EQ(ssam_bundle_program_count(nullptr), 0);
    int32_t index = 0;
    MUST_FAIL(ssam_bundle_find_program(rig.bundle, nullptr, &index), SSAM_ERROR_INVALID_ARGUMENT,
              "name");
    MUST_FAIL(ssam_bundle_find_program(rig.bundle, "heat", nullptr), SSAM_ERROR_INVALID_ARGUMENT,
              "index");
    MUST_FAIL(ssam_bundle_get_program(rig.bundle, 0, nullptr), SSAM_ERROR_INVALID_ARGUMENT, "info");
    ssam_mask_info info;
    MUST_FAIL(ssam_mask_get_info(nullptr, &info), SSAM_ERROR_INVALID_ARGUMENT, "mask");
    CHECK_EQ(std::string(ssam_version()), std::string("0.1.0"));
    CHECK_EQ(ssam_schema_version(), 2);
    CHECK_EQ(std::string(ssam_status_name(99)), std::string("unknown status"));
    CHECK_EQ(std::string(ssam_status_name(SSAM_ERROR_INTERNAL)),
             std::string("SSAM_ERROR_INTERNAL"));
}
