// Builds that check handles find a session that is used after it was freed.
#include <string>

#include "fake_engine.h"
#include "manifest_text.h"
#include "runner.h"
#include "squeezesam/ssam.h"

TEST("a session that was freed is refused in every call, freed again included") {
    test::Rig rig(test::manifest_text());
    ssam_session* session = nullptr;
    MUST(ssam_session_create(rig.segmenter, &session));
    const std::vector<uint8_t> photo = test::disc_photo(80, 60, 40, 30, 15);
    const ssam_image image = test::image_of(photo, 80, 60);
    MUST(ssam_session_set_image(session, &image));
    ssam_session_free(session);
    ssam_mask* mask = nullptr;
    ssam_prompt clicks[5];
    size_t count = 0;
    int32_t width = 0;
    int32_t height = 0;
    const char* const words = "the session was freed: it must not be used again";
    const auto refused = SSAM_ERROR_INVALID_ARGUMENT;
    MUST_FAIL(ssam_session_predict(session, nullptr, &mask), SSAM_ERROR_INVALID_ARGUMENT, words);
    MUST_FAIL(ssam_session_set_image(session, &image), SSAM_ERROR_INVALID_ARGUMENT, words);
    CHECK_EQ(ssam_session_add_point(session, 3, 3, 1), refused);
    CHECK_EQ(ssam_session_set_box(session, 3, 3, 9, 9), refused);
    CHECK_EQ(ssam_session_undo(session, nullptr), refused);
    CHECK_EQ(ssam_session_clear(session), refused);
    CHECK_EQ(ssam_session_get_size(session, &width, &height), refused);
    CHECK_EQ(ssam_session_get_prompts(session, nullptr, 0, &count), refused);
    CHECK_EQ(ssam_session_get_automatic(session, clicks, &count), refused);
    ssam_session_cancel(session);  // nothing happens
    CHECK(mask == nullptr);
    MUST_FAIL((ssam_session_free(session), refused), SSAM_ERROR_INVALID_ARGUMENT, "freed twice");
}

TEST("an engine is released when the last session is freed, also where freed ones are watched") {
    test::FakeEngine fake;
    {
        const std::string text = test::manifest_text();
        ssam_bundle* bundle = nullptr;
        ssam_segmenter* segmenter = nullptr;
        ssam_session* session = nullptr;
        const ssam_engine engine = fake.engine();
        MUST(ssam_bundle_parse(text.data(), text.size(), &bundle));
        MUST(ssam_segmenter_create(bundle, &engine, &segmenter));
        MUST(ssam_session_create(segmenter, &session));
        ssam_bundle_free(bundle);
        ssam_segmenter_free(segmenter);
        CHECK_EQ(fake.released.load(), 0);
        ssam_session_free(session);
    }
    CHECK_EQ(fake.released.load(), 1);
}
