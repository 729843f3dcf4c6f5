// Any sequence of clicks, boxes and second thoughts on one photo.
#include "fuzz_input.h"
#include "manifest_text.h"
#include "runner.h"
#include "squeezesam/ssam.h"

// What the manifest for tests calls where it is used wrongly.
void test::failed(const char* file, int line, const std::string& what) {
    std::fprintf(stderr, "%s:%d: %s\n", file, line, what.c_str());
    std::abort();
}

namespace {

ssam_status run(void*, int32_t, const char*, const ssam_tensor* in, int32_t, ssam_tensor* out,
                int32_t count, char*, size_t) {
    for (int64_t i = 0; i < out[0].count; ++i) {
        out[0].data[i] = in[0].data[i % in[0].count] - 100.0f;
    }
    for (int64_t i = 0; count > 1 && i < out[1].count; ++i) {
        out[1].data[i] = 0.5f;
    }
    return SSAM_OK;
}

ssam_segmenter* make_segmenter() {
    test::ManifestOptions options;
    options.side = 32;
    options.heat = 16;
    const std::string text = test::manifest_text(options);
    const ssam_engine engine{nullptr, run, nullptr, 0};
    ssam_bundle* bundle = nullptr;
    ssam_segmenter* segmenter = nullptr;
    fuzz::must(ssam_bundle_parse(text.data(), text.size(), &bundle) == SSAM_OK, "a sound manifest");
    fuzz::must(ssam_segmenter_create(bundle, &engine, &segmenter) == SSAM_OK, "a segmenter");
    ssam_bundle_free(bundle);
    return segmenter;
}

void predict(ssam_session* session, fuzz::Input& input, const ssam_image& photo) {
    ssam_predict_options options = ssam_predict_default_options();
    options.candidate = input.take<int8_t>() % 6;
    options.keep_largest = input.below(2);
    options.max_hole_area = input.take<int8_t>();
    ssam_mask* mask = nullptr;
    if (ssam_session_predict(session, &options, &mask) != SSAM_OK) {
        return;
    }
    ssam_refine_options refine{};
    refine.radius = input.take<float>();
    refine.epsilon = input.take<float>();
    ssam_mask* refined = nullptr;
    if (ssam_mask_refine(mask, &photo, &refine, &refined) == SSAM_OK) {
        std::vector<uint8_t> rgba(static_cast<size_t>(photo.width * photo.height) * 4);
        fuzz::must(ssam_mask_cutout(refined, &photo, nullptr, rgba.data(), 0) == SSAM_OK,
                   "a refined mask cuts out");
    }
    ssam_mask_free(mask);
    ssam_mask_free(refined);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static ssam_segmenter* const segmenter = make_segmenter();
    fuzz::Input input(data, size);
    const int width = 1 + input.below(60);
    const int height = 1 + input.below(60);
    const std::vector<uint8_t> pixels = input.bytes(256);
    std::vector<uint8_t> photo(static_cast<size_t>(width * height) * 3);
    for (size_t i = 0; i < photo.size(); ++i) {
        photo[i] = static_cast<uint8_t>(pixels[i % 251] + i / 97);
    }
    const ssam_image image{photo.data(), width, height, 0, SSAM_FORMAT_RGB, 1};
    ssam_session* session = nullptr;
    fuzz::must(ssam_session_create(segmenter, &session) == SSAM_OK, "a session");
    fuzz::must(ssam_session_set_image(session, &image) == SSAM_OK, "a photo");
    for (int steps = 0; steps < 200 && !input.empty(); ++steps) {
        const int what = input.below(7);
        const bool wild = input.below(4) == 0;
        const auto number = [&] {
            return wild ? input.take<double>() : static_cast<double>(input.below(70)) - 4.0;
        };
        if (what == 0 || what == 1) {
            const double x = number();
            const double y = number();
            ssam_session_add_point(session, x, y, input.take<int8_t>() % 3);
        } else if (what == 2) {
            const double x0 = number(), y0 = number(), x1 = number(), y1 = number();
            ssam_session_set_box(session, x0, y0, x1, y1);
        } else if (what == 3) {
            int32_t undone = -1;
            fuzz::must(ssam_session_undo(session, &undone) == SSAM_OK, "undo is never refused");
        } else if (what == 4) {
            ssam_session_clear(session);
        } else if (what == 5) {
            ssam_session_cancel(session);
        } else {
            predict(session, input, image);
        }
    }
    size_t count = 0;
    const ssam_status status = ssam_session_get_prompts(session, nullptr, 0, &count);
    fuzz::must(status == SSAM_OK, "the prompts can be counted");
    std::vector<ssam_prompt> prompts(count);
    fuzz::must(ssam_session_get_prompts(session, prompts.data(), count, &count) == SSAM_OK,
               "the prompts can be read");
    for (const ssam_prompt& prompt : prompts) {
        fuzz::must(prompt.x0 >= -0.5 && prompt.x1 <= width - 0.5 && prompt.y0 >= -0.5 &&
                       prompt.y1 <= height - 0.5,
                   "accepted prompts lie in the photo");
    }
    ssam_session_free(session);
    return 0;
}
