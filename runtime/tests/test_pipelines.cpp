// Pipelines: programs by lifetime, outputs that live as long as the photo, the last mask.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "manifest_text.h"
#include "pipeline_engine.h"
#include "runner.h"

namespace {

using test::MaskHandle;
using test::PipelineRig;

std::vector<float> logits_of(const MaskHandle& mask, int candidate = 0) {
    const float* plane = ssam_mask_get_logits(mask.mask, candidate);
    return {plane, plane + mask.info.plane_width * mask.info.plane_height};
}

bool all_zero(const std::vector<float>& values) {
    return std::all_of(values.begin(), values.end(), [](float v) { return v == 0.0f; });
}

}  // namespace

TEST("an encoder runs once a photo, its decoder at every prompt") {
    PipelineRig rig(test::split_manifest());
    rig.click(100, 50);
    const MaskHandle first(rig.session);
    CHECK_EQ(rig.fake.runs["encode"], 1);
    CHECK_EQ(rig.fake.runs["decode"], 1);
    const std::vector<float> embedding = rig.fake.seen("decode.embedding");
    CHECK_EQ(embedding.size(), size_t{32});
    CHECK(!all_zero(embedding));
    REQUIRE(first.info.timings.program_count == 2);
    CHECK_EQ(std::string(first.info.timings.programs[0].name), std::string("encode"));
    CHECK(first.info.timings.programs[0].ms > 0);

    rig.click(90, 40);
    const MaskHandle second(rig.session);
    CHECK_EQ(rig.fake.runs["encode"], 1);
    CHECK_EQ(rig.fake.runs["decode"], 2);
    CHECK(rig.fake.seen("decode.embedding") == embedding);
    CHECK_EQ(second.info.timings.programs[0].ms, 0.0);

    rig.open(60, 60);
    rig.click(60, 60);
    rig.predict();
    CHECK_EQ(rig.fake.runs["encode"], 2);
    CHECK(rig.fake.seen("decode.embedding") != embedding);
}

TEST("points may be given in fractions of the input, empty slots are 0") {
    PipelineRig rig(test::split_manifest());
    rig.click(39.5, 59.5);  // the photo of 160x120 fills 64x48 of the input
    rig.predict();
    const std::vector<float>& points = rig.fake.seen("decode.points");
    CHECK(std::abs(points[0] - 16.0f / 64) < 1e-6f);
    CHECK(std::abs(points[1] - 24.0f / 64) < 1e-6f);
    CHECK_EQ(points[2], 0.0f);
    CHECK_EQ(rig.fake.seen("decode.labels")[1], -1.0f);
}

TEST("the last mask goes into the next prediction as logits, with a flag") {
    PipelineRig rig(test::split_manifest());
    rig.click(100, 50);
    const MaskHandle first(rig.session);
    CHECK(all_zero(rig.fake.seen("decode.mask")));
    CHECK_EQ(rig.fake.seen("decode.has_mask")[0], 0.0f);
    rig.click(84, 76, false);
    const MaskHandle second(rig.session);
    CHECK(rig.fake.seen("decode.mask") == logits_of(first));
    CHECK_EQ(rig.fake.seen("decode.has_mask")[0], 1.0f);
    CHECK(logits_of(second) != logits_of(first));
}

TEST("predicting twice builds on the same mask") {
    PipelineRig rig(test::split_manifest());
    rig.click(100, 50);
    const MaskHandle first(rig.session);
    rig.predict();
    CHECK(all_zero(rig.fake.seen("decode.mask")));
    rig.click(2, 2);
    rig.predict();
    const std::vector<float> given = rig.fake.seen("decode.mask");
    CHECK(!all_zero(given));
    rig.predict();
    CHECK(rig.fake.seen("decode.mask") == given);
}

TEST("undo goes back to the mask before, clear and a new photo forget") {
    PipelineRig rig(test::split_manifest());
    rig.click(100, 50);
    const MaskHandle first(rig.session);
    rig.click(2, 2);
    const MaskHandle second(rig.session);
    rig.click(4, 2);
    rig.predict();
    CHECK(rig.fake.seen("decode.mask") == logits_of(second));
    rig.undo();
    rig.predict();
    CHECK(rig.fake.seen("decode.mask") == logits_of(first));
    rig.undo();
    rig.predict();
    CHECK(all_zero(rig.fake.seen("decode.mask")));
    rig.click(70, 40, false);
    rig.predict();
    CHECK(!all_zero(rig.fake.seen("decode.mask")));
    MUST(ssam_session_clear(rig.session));
    rig.click(70, 40);
    rig.predict();
    CHECK(all_zero(rig.fake.seen("decode.mask")));
    rig.undo();
    rig.undo();  // of the clear
    rig.predict();
    CHECK(!all_zero(rig.fake.seen("decode.mask")));
    rig.open(60, 60);
    rig.click(70, 40);
    rig.predict();
    CHECK(all_zero(rig.fake.seen("decode.mask")));
}

TEST("a box in place of another begins anew, the first one does not") {
    PipelineRig rig(test::split_manifest());
    rig.click(100, 50);
    rig.predict();
    MUST(ssam_session_set_box(rig.session, 60, 20, 140, 90));
    rig.predict();
    CHECK(!all_zero(rig.fake.seen("decode.mask")));
    MUST(ssam_session_set_box(rig.session, 10, 20, 40, 90));
    rig.predict();
    CHECK(all_zero(rig.fake.seen("decode.mask")));
}

TEST("undo beyond the masks that are kept goes on without one") {
    PipelineRig rig(test::split_manifest());
    for (int i = 0; i < 40; ++i) {
        rig.click(100, 50 + i);
        rig.predict();
    }
    for (int i = 0; i < 35; ++i) {
        rig.undo();
    }
    rig.predict();
    CHECK(all_zero(rig.fake.seen("decode.mask")));
    rig.click(90, 50);
    rig.predict();
    CHECK(!all_zero(rig.fake.seen("decode.mask")));
}

TEST("as a probability the last mask has the input's size and is 0 beside the photo") {
    PipelineRig rig(test::refining_manifest());
    rig.click(100, 50);
    const MaskHandle first(rig.session);
    CHECK(all_zero(rig.fake.seen("segment.previous")));
    rig.click(90, 40);
    rig.predict();
    const std::vector<float>& given = rig.fake.seen("segment.previous");
    const std::vector<float> logits = logits_of(first);
    REQUIRE(given.size() == size_t{64} * 64);
    // Centres of the input lie a quarter of a pixel beside those of the plane, 4 to 1.
    std::vector<float> large(given.size());
    MUST(ssam_upsample(logits.data(), 16, 16, 16, 16, 64, 64, large.data()));
    for (size_t i = 0; i < given.size(); ++i) {
        const double wanted = i / 64 < 48 ? 1.0 / (1.0 + std::exp(-double{large[i]})) : 0.0;
        REQUIRE(std::abs(double{given[i]} - wanted) < 1e-6);
    }
}

TEST("a click after the automatic mask begins anew, a background click goes on from it") {
    PipelineRig rig(test::refining_manifest());
    const MaskHandle automatic(rig.session);
    CHECK_EQ(rig.fake.runs["heat"], 1);
    rig.click(80, 80, false);
    const MaskHandle smaller(rig.session);
    CHECK(!all_zero(rig.fake.seen("segment.previous")));
    rig.click(100, 50);
    rig.predict();
    CHECK(all_zero(rig.fake.seen("segment.previous")));
    rig.undo();
    rig.predict();
    CHECK(!all_zero(rig.fake.seen("segment.previous")));
    CHECK_EQ(rig.fake.runs["heat"], 1);
}

TEST("cancelling between two programs keeps what the first one gave") {
    PipelineRig rig(test::split_manifest());
    rig.click(100, 50);
    rig.fake.during = [&](const std::string&) { ssam_session_cancel(rig.session); };
    ssam_mask* none = nullptr;
    MUST_FAIL(ssam_session_predict(rig.session, nullptr, &none), SSAM_ERROR_CANCELLED, "cancelled");
    CHECK_EQ(rig.fake.runs["encode"], 1);
    CHECK_EQ(rig.fake.runs["decode"], 0);
    MUST_FAIL(ssam_session_predict(rig.session, nullptr, &none), SSAM_ERROR_CANCELLED, "cancelled");
    CHECK_EQ(rig.fake.runs["decode"], 1);
    rig.fake.during = nullptr;
    rig.predict();
    CHECK_EQ(rig.fake.runs["encode"], 1);
    // A cancelled prediction is no mask to build on.
    CHECK(all_zero(rig.fake.seen("decode.mask")));
}

TEST("a photo is normalised as its input says, its padding likewise") {
    const std::string folded = test::photo_source();
    std::string scaled =
        test::replaced(folded, "\"folded\"", "{\"mean\": [0.5, 0, 1], \"std\": [0.25, 1, 2]}");
    scaled = test::replaced(scaled, "[0, 255]", "[0, 1]");
    scaled = test::replaced(scaled, "[124, 116, 104]", "[127.5, 116, 104]");
    PipelineRig rig(test::refining_manifest());
    PipelineRig other(test::manifest_of({test::program_text(
        "segment", "prompt",
        {test::input_text("image", "1, 3, 64, 64", scaled),
         test::input_text("planes", "1, 2, 64, 64", test::kind_source("planes"))},
        {test::output_text("masks", "1, 1, 16, 16", "masks"),
         test::output_text("scores", "1, 1", "scores")})}));
    rig.click(100, 50);
    rig.predict();
    other.click(100, 50);
    other.predict();
    const std::vector<float>& bytes = rig.fake.seen("segment.image");
    const std::vector<float>& values = other.fake.seen("segment.image");
    const double mean[] = {0.5, 0, 1};
    const double deviation[] = {0.25, 1, 2};
    const double padding[] = {127.5, 116, 104};
    for (size_t i = 0; i < values.size(); ++i) {
        const size_t channel = i / (64 * 64);
        const double byte = i / 64 % 64 < 48 ? double{bytes[i]} : padding[channel];
        const double wanted = (byte / 255 - mean[channel]) / deviation[channel];
        REQUIRE(std::abs(double{values[i]} - wanted) < 1e-6);
    }
}

TEST("a bundle of ten thousand programs is refused") {
    std::string programs;
    for (int i = 0; i < 10000; ++i) {
        programs += (i == 0 ? "\"p" : ", \"p") + std::to_string(i) + "\": {}";
    }
    const std::string text = test::manifest_of({programs});
    ssam_bundle* none = nullptr;
    MUST_FAIL(ssam_bundle_parse(text.data(), text.size(), &none), SSAM_ERROR_BUNDLE,
              "programs lists 10000 programs; a bundle has 1 to 16");
}
