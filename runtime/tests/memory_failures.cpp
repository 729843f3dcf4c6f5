// Every allocation of a whole session is made to fail once: each time the call reports it, nothing
// leaks (the address sanitizer watches), and the same objects then do their work.
#include <cstring>
#include <string>
#include <vector>

#include "fake_engine.h"
#include "manifest_text.h"
#include "runner.h"
#include "squeezesam/ssam.h"
#include "watched_memory.h"

namespace {

// An engine that allocates nothing: what fails is the core.
ssam_status run(void*, int32_t, const char* program, const ssam_tensor* in, int32_t,
                ssam_tensor* out, int32_t, char*, size_t) {
    const int64_t pixels = in[0].shape[2] * in[0].shape[3];
    if (std::strcmp(program, "heat") == 0) {
        for (int64_t i = 0; i < pixels; ++i) {
            out[0].data[i] = in[0].data[i] > 130 ? 3.0f : -3.0f;
        }
        return SSAM_OK;
    }
    const int64_t side = out[0].shape[2];
    for (int64_t i = 0; i < out[0].count; ++i) {
        const int64_t y = i / side % side;
        out[0].data[i] = in[0].data[y * 4 * side * 4 + i % side * 4] - 130.0f;
    }
    for (int64_t i = 0; i < out[1].count; ++i) {
        out[1].data[i] = 0.5f;
    }
    return SSAM_OK;
}

// Calls `step` with the first allocation failing, then the second, ... until it succeeds; gives
// the number of failures.
template <typename Step>
long fail_each_allocation(const Step& step) {
    for (long n = 0;; ++n) {
        test::allocations_left = n;
        const ssam_status status = step();
        const bool used_up = test::allocations_left < 0;
        test::allocations_left = -1;
        if (status == SSAM_OK) {
            return n;
        }
        CHECK_EQ(std::string(ssam_status_name(status)), std::string("SSAM_ERROR_OUT_OF_MEMORY"));
        CHECK_EQ(std::string(ssam_last_error()), std::string("out of memory"));
        REQUIRE(used_up && n < 100000);
    }
}

}  // namespace

TEST("no failing allocation leaves through the interface as anything but a status") {
    const std::string text = test::fitted_text();
    const std::vector<uint8_t> photo = test::disc_photo(90, 70, 45, 35, 20);
    const ssam_image image = test::image_of(photo, 90, 70, 6);
    const ssam_engine engine{nullptr, run, nullptr, 0};
    ssam_bundle* bundle = nullptr;
    ssam_segmenter* segmenter = nullptr;
    ssam_session* session = nullptr;
    ssam_mask* mask = nullptr;
    ssam_contour* contour = nullptr;
    CHECK(fail_each_allocation(
              [&] { return ssam_bundle_parse(text.data(), text.size(), &bundle); }) > 100);
    CHECK(fail_each_allocation([&] { return ssam_segmenter_create(bundle, &engine, &segmenter); }) >
          0);
    CHECK(fail_each_allocation([&] { return ssam_session_create(segmenter, &session); }) > 0);
    CHECK(fail_each_allocation([&] { return ssam_session_set_image(session, &image); }) > 3);
    // More than there is room for beforehand.
    for (int i = 0; i < 64; ++i) {
        MUST(ssam_session_add_point(session, 3, 3, 0));
    }
    CHECK(fail_each_allocation([&] { return ssam_session_add_point(session, 3, 3, 0); }) > 0);
    MUST(ssam_session_clear(session));
    MUST(ssam_session_add_point(session, 3, 3, 0));
    CHECK(fail_each_allocation([&] { return ssam_session_set_box(session, 3, 3, 60, 60); }) >= 0);
    ssam_prompt prompts[4];
    size_t count = 0;
    MUST(ssam_session_get_prompts(session, prompts, 4, &count));
    CHECK_EQ(count, size_t{2});  // not one for every failed attempt
    CHECK(fail_each_allocation([&] { return ssam_session_clear(session); }) >= 0);
    MUST(ssam_session_undo(session, nullptr));
    MUST(ssam_session_undo(session, nullptr));
    ssam_predict_options options = ssam_predict_default_options();
    options.keep_largest = 1;
    options.max_hole_area = -1;
    CHECK(fail_each_allocation([&] { return ssam_session_predict(session, &options, &mask); }) >
          10);
    std::vector<uint8_t> out(90 * 70 * 4);
    CHECK(fail_each_allocation(
              [&] { return ssam_mask_cutout(mask, &image, nullptr, out.data(), 0); }) > 0);
    ssam_mask* refined = nullptr;
    CHECK(fail_each_allocation([&] { return ssam_mask_refine(mask, &image, nullptr, &refined); }) >
          3);
    ssam_mask_free(refined);
    CHECK(fail_each_allocation([&] { return ssam_mask_contour(mask, 0.5, &contour); }) > 3);
    CHECK(fail_each_allocation([&] { return ssam_mask_rle_string(mask, nullptr, 0, &count); }) > 0);
    CHECK(ssam_contour_ring_count(contour) > 0);
    ssam_contour_free(contour);
    ssam_mask_free(mask);
    ssam_session_free(session);
    ssam_segmenter_free(segmenter);
    ssam_bundle_free(bundle);
}
