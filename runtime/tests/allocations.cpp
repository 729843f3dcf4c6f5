// What a tap costs in allocations: none, once a session has predicted.
#include <cstring>
#include <string>
#include <vector>

#include "fake_engine.h"
#include "manifest_text.h"
#include "pipeline_engine.h"
#include "runner.h"
#include "squeezesam/ssam.h"
#include "watched_memory.h"

namespace {

// An engine that allocates nothing: what is counted is the core's. The mask is a disc round the
// first point, so that every tap has another one.
ssam_status run(void*, int32_t, const char* program, const ssam_tensor* in, int32_t,
                ssam_tensor* out, int32_t, char*, size_t) {
    if (std::strcmp(program, "heat") == 0) {
        for (int64_t i = 0; i < out[0].count; ++i) {
            out[0].data[i] = in[0].data[i] > 130 ? 3.0f : -3.0f;
        }
        return SSAM_OK;
    }
    const int64_t side = out[0].shape[2];
    for (int64_t i = 0; i < out[0].count; ++i) {
        const float dx = static_cast<float>(i % side) - in[2].data[0] / 4;
        const float dy = static_cast<float>(i / side % side) - in[2].data[1] / 4;
        out[0].data[i] = 9.0f - dx * dx - dy * dy;
    }
    for (int64_t i = 0; i < out[1].count; ++i) {
        out[1].data[i] = 0.5f;
    }
    return SSAM_OK;
}

// Of an encoder and a decoder that takes the last mask: a larger disc with every run.
ssam_status run_pair(void* user, int32_t, const char*, const ssam_tensor*, int32_t,
                     ssam_tensor* out, int32_t out_count, char*, size_t) {
    const auto runs = static_cast<float>(++*static_cast<int*>(user));
    for (int32_t k = 0; k < out_count; ++k) {
        const int64_t side = out[k].shape[out[k].rank - 1];
        for (int64_t i = 0; i < out[k].count; ++i) {
            const auto x = static_cast<float>(i % side - side / 2);
            const auto y = static_cast<float>(i / side % side - side / 2);
            out[k].data[i] = out[k].rank == 4 ? runs - x * x - y * y : 0.5f;
        }
    }
    return SSAM_OK;
}

struct Objects {
    ssam_bundle* bundle = nullptr;
    ssam_segmenter* segmenter = nullptr;
    ssam_session* session = nullptr;
    std::vector<uint8_t> bytes = std::vector<uint8_t>(160 * 120);

    Objects() {
        const std::string text = test::fitted_text();
        const ssam_engine engine{nullptr, run, nullptr, 0};
        MUST(ssam_bundle_parse(text.data(), text.size(), &bundle));
        MUST(ssam_segmenter_create(bundle, &engine, &segmenter));
        MUST(ssam_session_create(segmenter, &session));
        const std::vector<uint8_t> photo = test::disc_photo(160, 120, 60, 50, 25);
        const ssam_image image = test::image_of(photo, 160, 120);
        MUST(ssam_session_set_image(session, &image));
    }
    ~Objects() {
        ssam_session_free(session);
        ssam_segmenter_free(segmenter);
        ssam_bundle_free(bundle);
    }

    // Prediction, what is known about it, and its pixels; gives the area.
    int64_t show(ssam_mask** mask) {
        ssam_mask_info info;
        MUST(ssam_session_predict(session, nullptr, mask));
        MUST(ssam_mask_get_info(*mask, &info));
        MUST(ssam_mask_render(*mask, 255, bytes.data(), 0));
        return info.area;
    }
};

}  // namespace

TEST("once a session has predicted, a tap allocates nothing") {
    Objects objects;
    ssam_mask* mask = nullptr;
    CHECK(objects.show(&mask) > 0);  // the automatic first mask
    ssam_mask_free(mask);
    const long before = test::allocations;
    for (int i = 0; i < 40; ++i) {
        MUST(ssam_session_add_point(objects.session, 20 + 3 * i, 30 + i, 1));
        CHECK(objects.show(&mask) > 0);
        ssam_mask_free(mask);
    }
    MUST(ssam_session_set_box(objects.session, 10, 10, 100, 100));
    CHECK(objects.show(&mask) > 0);
    ssam_mask_free(mask);
    MUST(ssam_session_undo(objects.session, nullptr));
    CHECK(objects.show(&mask) > 0);
    ssam_mask_free(mask);
    CHECK_EQ(test::allocations.load() - before, 0L);
}

TEST("with an embedding and the last mask, a tap allocates nothing where it was before") {
    const std::string text = test::split_manifest();
    int runs = 0;
    const ssam_engine engine{&runs, run_pair, nullptr, 0};
    ssam_bundle* bundle = nullptr;
    ssam_segmenter* segmenter = nullptr;
    ssam_session* session = nullptr;
    MUST(ssam_bundle_parse(text.data(), text.size(), &bundle));
    MUST(ssam_segmenter_create(bundle, &engine, &segmenter));
    MUST(ssam_session_create(segmenter, &session));
    const std::vector<uint8_t> photo = test::disc_photo(160, 120, 60, 50, 25);
    const ssam_image image = test::image_of(photo, 160, 120);
    MUST(ssam_session_set_image(session, &image));
    const auto tap = [&](double x) {
        MUST(ssam_session_add_point(session, x, 40, 1));
        ssam_mask* mask = nullptr;
        MUST(ssam_session_predict(session, nullptr, &mask));
        ssam_mask_free(mask);
    };
    for (int i = 0; i < 3; ++i) {
        tap(30 + i);
    }
    const long before = test::allocations;
    for (int i = 0; i < 20; ++i) {
        MUST(ssam_session_undo(session, nullptr));
        tap(60 + i);
    }
    CHECK_EQ(test::allocations.load() - before, 0L);
    CHECK_EQ(runs, 1 + 3 + 20);
    ssam_session_free(session);
    ssam_segmenter_free(segmenter);
    ssam_bundle_free(bundle);
}

TEST("showing one mask while the next is made allocates nothing from the third tap on") {
    Objects objects;
    ssam_mask* shown = nullptr;
    ssam_mask* next = nullptr;
    CHECK(objects.show(&shown) > 0);
    long before = test::allocations;
    for (int i = 0; i < 10; ++i) {
        before = i == 2 ? test::allocations.load() : before;
        MUST(ssam_session_add_point(objects.session, 20 + 3 * i, 30, 1));
        CHECK(objects.show(&next) > 0);
        ssam_mask_free(shown);
        shown = next;
    }
    CHECK_EQ(test::allocations.load() - before, 0L);
    ssam_mask_free(shown);
}

TEST("a new photo of the same size does not make taps allocate again") {
    Objects objects;
    ssam_mask* mask = nullptr;
    CHECK(objects.show(&mask) > 0);
    ssam_mask_free(mask);
    const std::vector<uint8_t> photo = test::disc_photo(160, 120, 100, 60, 15);
    const ssam_image image = test::image_of(photo, 160, 120);
    MUST(ssam_session_set_image(objects.session, &image));
    const long before = test::allocations;
    MUST(ssam_session_add_point(objects.session, 100, 60, 1));
    CHECK(objects.show(&mask) > 0);
    ssam_mask_free(mask);
    CHECK_EQ(test::allocations.load() - before, 0L);
}

TEST("a mask outlives its session, and its memory goes when it is freed") {
    ssam_mask* mask = nullptr;
    ssam_mask* derived = nullptr;
    {
        Objects objects;
        CHECK(objects.show(&mask) > 0);
    }
    ssam_mask_info info;
    MUST(ssam_mask_derive(mask, nullptr, &derived));
    ssam_mask_free(mask);
    MUST(ssam_mask_get_info(derived, &info));
    CHECK_EQ(info.width, 160);
    ssam_mask_free(derived);
}
