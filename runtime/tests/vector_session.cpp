#include "vector_session.h"

#include <cmath>

#include "runner.h"

namespace test {
namespace {

ssam_status make_call(ssam_session* session, const std::string& name,
                      const std::vector<double>& given) {
    if (name == "add_point") {
        return ssam_session_add_point(session, given.at(0), given.at(1),
                                      static_cast<int32_t>(given.at(2)));
    }
    if (name == "set_box") {
        return ssam_session_set_box(session, given.at(0), given.at(1), given.at(2), given.at(3));
    }
    if (name == "clear") {
        return ssam_session_clear(session);
    }
    if (name == "set_automatic") {
        return ssam_session_set_automatic(session, static_cast<int32_t>(given.at(0)),
                                          static_cast<uint32_t>(given.at(1)));
    }
    REQUIRE(name == "undo");
    int32_t undone = -1;
    const ssam_status status = ssam_session_undo(session, &undone);
    CHECK_EQ(double(undone), given.at(0));
    return status;
}

const char* kind_name(const ssam_prompt& prompt) {
    const char* const names[] = {"background", "foreground", "box"};
    return names[prompt.kind];
}

}  // namespace

ssam_session* make_session(const Value& one, const ssam_engine& engine) {
    const std::string manifest = text_at(one, "manifest");
    ssam_bundle* bundle = nullptr;
    ssam_segmenter* segmenter = nullptr;
    ssam_session* session = nullptr;
    MUST(ssam_bundle_parse(manifest.data(), manifest.size(), &bundle));
    MUST(ssam_segmenter_create(bundle, &engine, &segmenter));
    MUST(ssam_session_create(segmenter, &session));
    ssam_segmenter_free(segmenter);
    ssam_bundle_free(bundle);
    return session;
}

void make_calls(ssam_session* session, const Value& calls) {
    for (const Value& call : calls.array) {
        const ssam_status status =
            make_call(session, call.array.at(0).string, numbers(call.array.at(1)));
        CHECK_EQ(std::string(ssam_status_name(status)), call.array.at(2).string);
        if (status != SSAM_OK) {
            CHECK_EQ(std::string(ssam_last_error()), call.array.at(3).string);
        }
    }
}

void check_prompt(const ssam_prompt& found, const Value& wanted, size_t first, double tolerance) {
    CHECK_EQ(std::string(kind_name(found)), wanted.array.at(first).string);
    const double corners[] = {found.x0, found.y0, found.x1, found.y1};
    for (size_t i = 0; i < 4; ++i) {
        CHECK(std::abs(corners[i] - wanted.array.at(first + 1 + i).number) <= tolerance);
    }
}

void check_mask(const ssam_mask* mask, const Value& step) {
    ssam_mask_info info;
    MUST(ssam_mask_get_info(mask, &info));
    const std::vector<Value>& prompts = at(step, "prompts").array;
    REQUIRE(info.prompt_count == prompts.size());
    for (size_t i = 0; i < prompts.size(); ++i) {
        CHECK_EQ(int64_t{info.prompts[i].automatic}, prompts[i].array.at(0).whole);
        check_prompt(info.prompts[i], prompts[i], 1, 1e-9);
    }
    CHECK_EQ(info.chosen, whole_at(step, "chosen"));
    CHECK_EQ(double{info.score}, number_at(step, "score"));
    CHECK_EQ(info.area, at(step, "area").whole);
    CHECK_EQ(listed({double(info.box_x), double(info.box_y), double(info.box_width),
                     double(info.box_height)}),
             listed(numbers(at(step, "box"))));
    size_t length = 0;
    MUST(ssam_mask_rle_string(mask, nullptr, 0, &length));
    std::string rle(length + 1, '?');
    MUST(ssam_mask_rle_string(mask, rle.data(), rle.size(), &length));
    rle.resize(length);
    CHECK_EQ(rle, text_at(step, "rle"));
    std::vector<float> logits(static_cast<size_t>(info.width) * static_cast<size_t>(info.height));
    MUST(ssam_mask_render_logits(mask, logits.data(), 0));
    for (const Value& sample : at(step, "logits").array) {
        const int64_t index = sample.array.at(1).whole * info.width + sample.array.at(0).whole;
        const double found = double{logits.at(static_cast<size_t>(index))};
        CHECK(std::abs(found - sample.array.at(2).number) <= 1e-4);
    }
}

ssam_predict_options options_of(const Value& given) {
    ssam_predict_options options = ssam_predict_default_options();
    options.candidate = whole_at(given, "candidate");
    options.keep_largest = whole_at(given, "keep_largest");
    options.max_hole_area = whole_at(given, "max_hole_area");
    return options;
}

ssam_image photo_of(const Value& one, const std::vector<uint8_t>& photo) {
    ssam_image image{};
    image.data = photo.data();
    image.width = whole_at(one, "stored_width");
    image.height = whole_at(one, "stored_height");
    image.orientation = whole_at(one, "orientation");
    return image;
}

void set_photo(ssam_session* session, const Value& one, const std::vector<uint8_t>& photo) {
    const ssam_image image = photo_of(one, photo);
    MUST(ssam_session_set_image(session, &image));
}

}  // namespace test
