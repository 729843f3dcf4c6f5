#include "bundle/manifest.h"

#include <cmath>

#include "base/failure.h"
#include "bundle/json.h"
#include "bundle/manifest_field.h"
#include "bundle/manifest_program.h"

namespace ssam {
namespace {

constexpr int kStep = 32;  // the networks halve their input so often that sides are multiples
constexpr int kMaxSide = 8192;
constexpr int kMaxPoints = 4096;
constexpr int kMaxCandidates = 64;

void check_version(const Field& document, Manifest& manifest) {
    const int64_t version = document.at("schema_version").whole(1, INT32_MAX);
    if (version > kSchemaVersion) {
        fail(SSAM_ERROR_BUNDLE_VERSION, "made by a newer squeezesam-export (schema_version " +
                                            std::to_string(version) +
                                            ", this runtime reads up to " +
                                            std::to_string(kSchemaVersion) + "); update the app");
    }
    manifest.schema_version = static_cast<int32_t>(version);
}

void read_target(const Field& document, Manifest& manifest) {
    const Field target = document.at("target");
    manifest.target_name = target.text();
    if (manifest.target_name == "onnx") {
        manifest.target = SSAM_TARGET_ONNX;
    } else if (manifest.target_name == "executorch") {
        manifest.target = SSAM_TARGET_EXECUTORCH;
    } else if (manifest.target_name == "coreml") {
        manifest.target = SSAM_TARGET_COREML;
    } else {
        target.refuse("is \"" + manifest.target_name +
                      "\"; this runtime knows onnx, executorch and coreml");
    }
}

int read_side(const Field& side) {
    const int value = static_cast<int>(side.whole(kStep, kMaxSide));
    if (value % kStep != 0) {
        side.refuse("must be a multiple of " + std::to_string(kStep) + ", not " +
                    std::to_string(value));
    }
    return value;
}

void want_text(const Field& field, const char* wanted) {
    const std::string text = field.text();
    if (text != wanted) {
        field.refuse("is \"" + text + "\"; this runtime knows only \"" + wanted + "\"");
    }
}

void read_input(const Field& input, Manifest& manifest) {
    manifest.input = {read_side(input.at("width")), read_side(input.at("height"))};
    want_text(input.at("channels"), "rgb");
    want_text(input.at("normalisation"), "folded");
    const std::vector<Field> range = input.at("range").items();
    if (range.size() != 2 || range[0].real(-1e9, 1e9) != 0 || range[1].real(-1e9, 1e9) != 255) {
        input.at("range").refuse("must be [0, 255]");
    }
    const std::vector<Field> pad = input.at("pad_value").items();
    if (pad.size() != 3) {
        input.at("pad_value").refuse("must have 3 entries");
    }
    for (size_t i = 0; i < 3; ++i) {
        manifest.pad_value[i] = static_cast<uint8_t>(std::lround(pad[i].real(0, 255)));
    }
}

void read_prompts(const Field& prompts, Manifest& manifest) {
    manifest.max_points = static_cast<int>(prompts.at("max_points").whole(1, kMaxPoints));
    manifest.click_radius = prompts.at("click_radius").real(0, kMaxSide);
    if (const auto box_default = prompts.maybe("box_default")) {
        manifest.box_default = static_cast<float>(box_default->real(-1e6, 1e6));
    }
}

void read_capabilities(const Field& capabilities, Manifest& manifest) {
    const auto read = [&](const char* key, uint32_t bit) {
        manifest.capabilities |= capabilities.at(key).flag() ? bit : 0u;
    };
    read("negative_points", SSAM_CAN_NEGATIVE_POINTS);
    read("box", SSAM_CAN_BOX);
    read("automatic", SSAM_CAN_AUTOMATIC);
    if ((manifest.capabilities & SSAM_CAN_BOX) != 0 && manifest.max_points < 2) {
        capabilities.at("box").refuse("is true, but prompts.max_points leaves no room for corners");
    }
}

int side_of(const TensorSpec& tensor, size_t axis) { return static_cast<int>(tensor.shape[axis]); }

void read_segmenter(const Field& field, Manifest& manifest) {
    ProgramSpec& program = manifest.programs[SSAM_PROGRAM_SEGMENTER];
    program = read_program(field);
    const int64_t height = manifest.input.height;
    const int64_t width = manifest.input.width;
    const int64_t points = manifest.max_points;
    want_tensors(field, "inputs", program.inputs,
                 {{"image", {1, 3, height, width}},
                  {"prompts", {1, 2, height, width}},
                  {"points", {1, points, 2}},
                  {"labels", {1, points}}});
    want_tensors(field, "outputs", program.outputs,
                 {{"masks", {1, kAnySize, kAnySize, kAnySize}}, {"scores", {1, kAnySize}}});
    const TensorSpec& masks = find_tensor(program.outputs, "masks");
    const TensorSpec& scores = find_tensor(program.outputs, "scores");
    if (masks.shape[1] != scores.shape[1] || masks.shape[1] > kMaxCandidates) {
        field.at("outputs").refuse("propose " + std::to_string(masks.shape[1]) + " masks and " +
                                   std::to_string(scores.shape[1]) + " scores");
    }
    if (height % masks.shape[2] != 0 || width % masks.shape[3] != 0 ||
        height / masks.shape[2] != width / masks.shape[3]) {
        field.at("outputs").refuse("give masks whose size does not divide the input's");
    }
    manifest.candidates = side_of(masks, 1);
    manifest.mask = {side_of(masks, 3), side_of(masks, 2)};
}

void read_saliency(const Field& field, Manifest& manifest) {
    ProgramSpec& program = manifest.programs[SSAM_PROGRAM_SALIENCY];
    program = read_program(field);
    want_tensors(field, "inputs", program.inputs, {{"image", {1, 3, kAnySize, kAnySize}}});
    want_tensors(field, "outputs", program.outputs, {{"heatmap", {1, 1, kAnySize, kAnySize}}});
    const TensorSpec& image = program.inputs[0];
    const TensorSpec& heat = program.outputs[0];
    manifest.saliency = {side_of(image, 3), side_of(image, 2)};
    manifest.heat = {side_of(heat, 3), side_of(heat, 2)};
}

}  // namespace

Manifest read_manifest(std::string_view text) {
    if (text.size() > kMaxManifestBytes) {
        fail(SSAM_ERROR_BUNDLE, "larger than " + std::to_string(kMaxManifestBytes >> 20) + " MiB");
    }
    const json::Value value = json::parse(text);
    const Field document(value);
    Manifest manifest;
    check_version(document, manifest);  // first: a newer manifest may differ anywhere else
    read_target(document, manifest);
    manifest.name = document.at("name").text();
    manifest.licence = document.at("licence").text();
    manifest.backend = document.at("backend").text();
    manifest.precision = document.at("precision").text();
    manifest.preset = document.at("model").at("preset").text();
    read_input(document.at("input"), manifest);
    read_prompts(document.at("prompts"), manifest);
    read_capabilities(document.at("capabilities"), manifest);

    const Field programs = document.at("programs");
    read_segmenter(programs.at("segmenter"), manifest);
    const bool automatic = (manifest.capabilities & SSAM_CAN_AUTOMATIC) != 0;
    if (automatic) {
        read_saliency(programs.at("saliency"), manifest);
    } else if (programs.maybe("saliency")) {
        programs.at("saliency").refuse("is there although capabilities.automatic is false");
    }
    return manifest;
}

}  // namespace ssam
