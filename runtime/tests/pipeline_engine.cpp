#include "pipeline_engine.h"

#include <cmath>

#include "manifest_text.h"
#include "runner.h"

namespace test {
namespace {

float disc(int64_t x, int64_t y, int64_t width, int64_t height, int runs) {
    const double dx = static_cast<double>(x) - static_cast<double>(width) / 2;
    const double dy = static_cast<double>(y) - static_cast<double>(height) / 2;
    return static_cast<float>(1.0 + runs - std::hypot(dx, dy) / 2);
}

void fill(const ssam_tensor& out, int runs) {
    const int64_t width = out.shape[out.rank - 1];
    const int64_t height = out.rank == 4 ? out.shape[2] : 1;
    for (int64_t i = 0; i < out.count; ++i) {
        out.data[i] = out.rank == 4 ? disc(i % width, i / width % height, width, height, runs)
                                    : 0.9f - 0.1f * static_cast<float>(i);
    }
}

ssam_status run(void* user, int32_t, const char* program, const ssam_tensor* in, int32_t in_count,
                ssam_tensor* out, int32_t out_count, char*, size_t) {
    auto& fake = *static_cast<PipelineEngine*>(user);
    const int runs = ++fake.runs[program];
    if (fake.during) {
        fake.during(program);
    }
    for (int32_t i = 0; i < in_count; ++i) {
        fake.inputs[std::string(program) + "." + in[i].name].assign(in[i].data,
                                                                    in[i].data + in[i].count);
    }
    for (int32_t i = 0; i < out_count; ++i) {
        fill(out[i], runs);
    }
    return SSAM_OK;
}

}  // namespace

ssam_engine PipelineEngine::engine() { return {this, run, nullptr, 0}; }

PipelineRig::PipelineRig(const std::string& manifest) {
    ssam_bundle* bundle = nullptr;
    MUST(ssam_bundle_parse(manifest.data(), manifest.size(), &bundle));
    const ssam_engine engine = fake.engine();
    MUST(ssam_segmenter_create(bundle, &engine, &segmenter));
    ssam_bundle_free(bundle);
    MUST(ssam_session_create(segmenter, &session));
    open();
}

PipelineRig::~PipelineRig() {
    ssam_session_free(session);
    ssam_segmenter_free(segmenter);
}

void PipelineRig::open(double cx, double cy) {
    const std::vector<uint8_t> photo = disc_photo(160, 120, cx, cy, 30);
    const ssam_image image = image_of(photo, 160, 120);
    MUST(ssam_session_set_image(session, &image));
}

void PipelineRig::click(double x, double y, bool foreground) {
    MUST(ssam_session_add_point(session, x, y, foreground ? 1 : 0));
}

void PipelineRig::undo() {
    int32_t undone = 0;
    MUST(ssam_session_undo(session, &undone));
    CHECK_EQ(undone, 1);
}

std::string split_manifest() {
    return manifest_of(
        {program_text(
             "decode", "prompt",
             {input_text("embedding", "1, 2, 4, 4", program_source("encode", "features")),
              input_text("points", "1, 8, 2", kind_source("points") + ", \"normalised\": true"),
              input_text("labels", "1, 8", kind_source("labels")),
              input_text("mask", "1, 1, 16, 16", kind_source("mask") + ", \"values\": \"logits\""),
              input_text("has_mask", "1", kind_source("mask_flag"))},
             {output_text("masks", "1, 2, 16, 16", "masks"),
              output_text("scores", "1, 2", "scores")}),
         program_text("encode", "photo", {input_text("image", "1, 3, 64, 64", photo_source())},
                      {output_text("features", "1, 2, 4, 4", "embedding")})},
        "\"automatic\": false, \"previous_mask\": true");
}

std::string refining_manifest() {
    return manifest_of(
        {program_text("segment", "prompt",
                      {input_text("image", "1, 3, 64, 64", photo_source()),
                       input_text("planes", "1, 2, 64, 64", kind_source("planes")),
                       input_text("previous", "1, 1, 64, 64",
                                  kind_source("mask") + ", \"values\": \"probability\"")},
                      {output_text("masks", "1, 1, 16, 16", "masks"),
                       output_text("scores", "1, 1", "scores")}),
         program_text("heat", "photo", {input_text("image", "1, 3, 64, 64", photo_source())},
                      {output_text("heat", "1, 1, 16, 16", "heat")})},
        "\"automatic\": true, \"previous_mask\": true");
}

}  // namespace test
