#include "bundle/manifest.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/exact_arithmetic.h"
#include "base/failure.h"
#include "bundle/json.h"
#include "bundle/manifest_field.h"
#include "bundle/pipeline.h"
#include "bundle/plain_text.h"
#include "bundle/program_reader.h"
#include "bundle/schema_1.h"
#include "bundle/tensor_limit.h"

namespace ssam {
namespace {

constexpr int kMaxPoints = 4096;
constexpr int kMaxRadius = 8192;

int32_t read_version(const Field& document) {
    const int64_t version = document.at("schema_version").whole(1, INT32_MAX);
    if (version > kSchemaVersion) {
        fail(SSAM_ERROR_BUNDLE_VERSION, "made by a newer squeezesam-export (schema_version " +
                                            std::to_string(version) +
                                            ", this runtime reads up to " +
                                            std::to_string(kSchemaVersion) + "); update the app");
    }
    return static_cast<int32_t>(version);
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
    } else if (manifest.target_name == "coreai") {
        manifest.target = SSAM_TARGET_COREAI;
    } else {
        target.refuse("is \"" + manifest.target_name +
                      "\"; this runtime knows onnx, executorch, coreml and coreai");
    }
}

// The wire form of prompts is SAM's; a manifest that says otherwise was made for another runtime.
void check_labels(const Field& labels) {
    const std::pair<const char*, int64_t> kLabels[] = {{"foreground", 1},
                                                       {"background", 0},
                                                       {"box_top_left", 2},
                                                       {"box_bottom_right", 3},
                                                       {"padding", -1}};
    for (const auto& [name, value] : kLabels) {
        labels.at(name).whole(value, value);
    }
}

void read_prompts(const Field& prompts, Manifest& manifest) {
    if (const auto max_points = prompts.maybe("max_points")) {
        manifest.max_points = static_cast<int>(max_points->whole(1, kMaxPoints));
    }
    if (const auto radius = prompts.maybe("click_radius")) {
        manifest.click_radius = radius->real(0, kMaxRadius);
    }
    if (const auto box_default = prompts.maybe("box_default")) {
        manifest.box_default = static_cast<float>(box_default->real(-1e6, 1e6));
    }
    if (const auto labels = prompts.maybe("labels")) {
        check_labels(*labels);
    }
}

void read_capabilities(const Field& capabilities, Manifest& manifest) {
    const auto add = [&](const Field& flag, uint32_t bit) {
        manifest.capabilities |= flag.flag() ? bit : 0u;
    };
    add(capabilities.at("negative_points"), SSAM_CAN_NEGATIVE_POINTS);
    add(capabilities.at("box"), SSAM_CAN_BOX);
    add(capabilities.at("automatic"), SSAM_CAN_AUTOMATIC);
    if (const auto previous = capabilities.maybe("previous_mask")) {
        add(*previous, SSAM_CAN_PREVIOUS_MASK);
    }
}

Manifest read_document(const Field& document) {
    Manifest manifest;
    read_target(document, manifest);
    manifest.name = document.at("name").text();
    manifest.licence = document.at("licence").text();
    manifest.backend = document.at("backend").text();
    manifest.precision = document.at("precision").text();
    manifest.preset = document.at("model").at("preset").text();
    if (const auto family = document.at("model").maybe("family")) {
        manifest.family = family->text();
    }
    read_prompts(document.at("prompts"), manifest);
    read_capabilities(document.at("capabilities"), manifest);
    const Field programs = document.at("programs");
    std::vector<ReadProgram> read = read_programs(programs);
    link_pipeline(programs, std::move(read), manifest);
    check_capabilities(document.at("capabilities"), manifest);
    manifest.tensor_bytes = limited_tensor_bytes(manifest);
    return manifest;
}

constexpr const char* kSources[] = {"photo", "planes",    "points", "labels",
                                    "mask",  "mask_flag", "program"};
constexpr const char* kRoles[] = {"", "heat", "masks", "scores", "embedding"};

}  // namespace

const char* name_of(SourceKind kind) { return kSources[static_cast<size_t>(kind)]; }

const char* name_of(Role role) { return kRoles[static_cast<size_t>(role)]; }

float PhotoForm::value(size_t channel, double byte) const {
    const double scaled = low + (high - low) * byte / 255.0;
    return static_cast<float>((scaled - mean[channel]) / deviation[channel]);
}

int64_t TensorSpec::count() const {
    int64_t product = 1;
    for (const int64_t side : shape) {
        product *= side;
    }
    return product;
}

Size TensorSpec::size() const {
    return {static_cast<int>(shape[shape.size() - 1]), static_cast<int>(shape[shape.size() - 2])};
}

Manifest read_manifest(std::string_view text) {
    if (text.size() > kMaxManifestBytes) {
        fail(SSAM_ERROR_BUNDLE, "larger than " + std::to_string(kMaxManifestBytes >> 20) + " MiB");
    }
    const json::Value value = json::parse(text);
    refuse_unreadable_text(value);
    const Field document(value);
    const int32_t version = read_version(document);  // first: all else depends on it
    Manifest manifest;
    if (version == 1) {
        const json::Value converted = to_schema_2(document);
        manifest = read_document(Field(converted));
    } else {
        manifest = read_document(document);
    }
    manifest.schema_version = version;
    return manifest;
}

}  // namespace ssam
