// The shared vectors through the C interface: prompts, and whole sessions with recorded outputs.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "runner.h"
#include "squeezesam/ssam.h"
#include "vector_file.h"
#include "vector_session.h"

namespace {

using test::at;
using test::check_mask;
using test::check_prompt;
using test::floats_at;
using test::make_calls;
using test::number_at;
using test::numbers;
using test::options_of;
using test::set_photo;
using test::text_at;
using test::Value;
using test::whole_at;

using Tensors = std::map<std::string, std::vector<float>>;

// Gives recorded answers, 0 where there is none, and keeps what it was asked.
struct Replay {
    Tensors outputs;
    Tensors seen;                     // "segment.image" and so on
    std::map<std::string, int> runs;  // of each program

    static ssam_status run(void* user, int32_t, const char* program, const ssam_tensor* in,
                           int32_t in_count, ssam_tensor* out, int32_t out_count, char*, size_t) {
        auto& self = *static_cast<Replay*>(user);
        ++self.runs[program];
        const std::string prefix = std::string(program) + ".";
        for (int32_t i = 0; i < in_count; ++i) {
            self.seen[prefix + in[i].name].assign(in[i].data, in[i].data + in[i].count);
        }
        for (int32_t i = 0; i < out_count; ++i) {
            std::vector<float>& answer = self.outputs[out[i].name];
            answer.resize(static_cast<size_t>(out[i].count));
            std::copy(answer.begin(), answer.end(), out[i].data);
        }
        return SSAM_OK;
    }
};

struct Session {
    explicit Session(const Value& one)
        : handle(test::make_session(one, {&replay, Replay::run, nullptr, 0})) {}
    ~Session() { ssam_session_free(handle); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    Replay replay;
    ssam_session* handle;
};

void check_points(const Tensors& seen, const Value& wanted) {
    const std::vector<float> points = floats_at(wanted, "points");
    const std::vector<float>& found = seen.at("segment.points");
    REQUIRE(found.size() == points.size());
    for (size_t i = 0; i < points.size(); ++i) {
        CHECK(std::abs(double{found[i]} - double{points[i]}) <= 1e-5);
    }
    CHECK(seen.at("segment.labels") == floats_at(wanted, "labels"));
}

void check_prompts(const Value& one) {
    Session session(one);
    const int width = whole_at(one, "width");
    const int height = whole_at(one, "height");
    const std::vector<uint8_t> grey(static_cast<size_t>(width * height), 128);
    const ssam_image image{grey.data(), width, height, 0, SSAM_FORMAT_GRAY, 1};
    MUST(ssam_session_set_image(session.handle, &image));
    make_calls(session.handle, at(one, "calls"));
    const std::vector<Value>& wanted = at(one, "prompts").array;
    size_t count = 0;
    MUST(ssam_session_get_prompts(session.handle, nullptr, 0, &count));
    REQUIRE(count == wanted.size());
    std::vector<ssam_prompt> prompts(count);
    MUST(ssam_session_get_prompts(session.handle, prompts.data(), count, &count));
    for (size_t i = 0; i < count; ++i) {
        check_prompt(prompts[i], wanted[i], 0, 0.0);
    }
    ssam_predict_options options = ssam_predict_default_options();
    options.candidate = 0;
    ssam_mask* mask = nullptr;
    MUST(ssam_session_predict(session.handle, &options, &mask));
    ssam_mask_free(mask);
    check_points(session.replay.seen, one);
}

// The digest of whole numbers as (signed) bytes.
std::string digest(const std::vector<float>& values) {
    std::vector<uint8_t> bytes;
    bytes.reserve(values.size());
    for (const float value : values) {
        const int whole = static_cast<int>(value);
        CHECK(static_cast<float>(whole) == value);
        bytes.push_back(static_cast<uint8_t>(whole & 0xFF));
    }
    return test::sha256_of(bytes);
}

// The whole cut-out from the photo, soft and straight.
std::string cutout_digest(const ssam_mask* mask, const ssam_image& photo) {
    ssam_mask_info info;
    MUST(ssam_mask_get_info(mask, &info));
    std::vector<uint8_t> rgba(static_cast<size_t>(info.width) * static_cast<size_t>(info.height) *
                              4);
    MUST(ssam_mask_cutout(mask, &photo, nullptr, rgba.data(), 0));
    return test::sha256_of(rgba);
}

// The RGB photo with straight alpha, as README.md of the vectors has it.
std::vector<uint8_t> with_alpha(const ssam_image& photo) {
    const auto* rgb = static_cast<const uint8_t*>(photo.data);
    std::vector<uint8_t> rgba;
    for (int y = 0; y < photo.height; ++y) {
        for (int x = 0; x < photo.width; ++x, rgb += 3) {
            rgba.insert(rgba.end(), rgb, rgb + 3);
            rgba.push_back(static_cast<uint8_t>(std::clamp((5 * x + 3 * y) % 400 - 70, 0, 255)));
        }
    }
    return rgba;
}

void check_step(Session& session, const Value& step, const ssam_image& photo) {
    make_calls(session.handle, at(step, "calls"));
    const ssam_predict_options options = options_of(at(step, "options"));
    ssam_mask* mask = nullptr;
    MUST(ssam_session_predict(session.handle, &options, &mask));
    check_mask(mask, step);
    CHECK_EQ(cutout_digest(mask, photo), text_at(step, "cutout_sha256"));
    const std::vector<uint8_t> rgba = with_alpha(photo);
    ssam_image straight = photo;
    straight.data = rgba.data();
    straight.format = SSAM_FORMAT_RGBA_STRAIGHT;
    CHECK_EQ(cutout_digest(mask, straight), text_at(step, "straight_cutout_sha256"));
    ssam_mask_free(mask);
    check_points(session.replay.seen, step);
    CHECK_EQ(digest(session.replay.seen.at("segment.prompts")), text_at(step, "planes_sha256"));
}

void check_images(const Tensors& seen, const Value& one) {
    CHECK_EQ(digest(seen.at("segment.image")), text_at(one, "image_sha256"));
    CHECK_EQ(digest(seen.at("heat.image")), text_at(one, "heat_image_sha256"));
}

void check_session(const Value& one) {
    Session session(one);
    for (const char* name : {"heatmap", "masks", "scores"}) {
        session.replay.outputs[name] = floats_at(at(one, "outputs"), name);
    }
    const std::vector<uint8_t> pixels = test::bytes_at(one, "photo");
    const ssam_image photo = test::photo_of(one, pixels);
    MUST(ssam_session_set_image(session.handle, &photo));
    for (const Value& step : at(one, "steps").array) {
        check_step(session, step, photo);
    }
    check_images(session.replay.seen, one);
}

// A part of replay.bin, [first byte, number of bytes].
std::vector<uint8_t> recorded(const Value& place) {
    std::ifstream file(std::string(SSAM_VECTORS) + "/replay.bin", std::ios::binary);
    const std::vector<uint8_t> all{std::istreambuf_iterator<char>(file), {}};
    const auto first = static_cast<size_t>(place.array.at(0).whole);
    const auto count = static_cast<size_t>(place.array.at(1).whole);
    REQUIRE(first + count <= all.size());
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
    return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

std::vector<float> recorded_logits(const Value& one, const Value& place) {
    const auto scale = static_cast<float>(number_at(one, "scale"));
    const auto shift = static_cast<float>(number_at(one, "shift"));
    std::vector<float> logits;
    for (const uint8_t byte : recorded(place)) {
        logits.push_back(static_cast<float>(static_cast<int8_t>(byte)) * scale + shift);
    }
    return logits;
}

void check_replay(const Value& one) {
    Session session(one);
    session.replay.outputs["heatmap"] = recorded_logits(one, at(one, "heatmap"));
    const std::vector<uint8_t> pixels = recorded(at(one, "photo"));
    const ssam_image photo = test::photo_of(one, pixels);
    MUST(ssam_session_set_image(session.handle, &photo));
    for (const Value& step : at(one, "steps").array) {
        session.replay.outputs["masks"] = recorded_logits(one, at(step, "masks"));
        std::vector<float>& scores = session.replay.outputs["scores"];
        scores.clear();
        for (const double score : numbers(at(step, "scores"))) {
            scores.push_back(static_cast<float>(score));
        }
        check_step(session, step, photo);
    }
    check_images(session.replay.seen, one);
    CHECK_EQ(session.replay.runs["heat"], 1);
    CHECK_EQ(size_t(session.replay.runs["segment"]), at(one, "steps").array.size());
}

}  // namespace

TEST("vectors: prompts, good and bad") { test::each_case("prompts", check_prompts); }

TEST("vectors: whole sessions with recorded outputs") {
    test::each_case("sessions", check_session);
}

TEST("vectors: a session in which every run was recorded") {
    test::each_case("replay", check_replay);
}
