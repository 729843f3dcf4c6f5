// ssam.h: version, status, bundle, segmenter.
#include <algorithm>
#include <string>
#include <utility>

#include "abi/handles.h"
#include "base/interruption.h"
#include "bundle/tensor_limit.h"

#define SSAM_TEXT_(x) #x
#define SSAM_TEXT(x) SSAM_TEXT_(x)

const char* ssam_version(void) {
    return SSAM_TEXT(SSAM_VERSION_MAJOR) "." SSAM_TEXT(SSAM_VERSION_MINOR) "." SSAM_TEXT(
        SSAM_VERSION_PATCH);
}

int32_t ssam_schema_version(void) { return static_cast<int32_t>(ssam::kSchemaVersion); }

const char* ssam_status_name(ssam_status status) {
    static const char* const kNames[] = {"SSAM_OK",
                                         "SSAM_ERROR_INVALID_ARGUMENT",
                                         "SSAM_ERROR_STATE",
                                         "SSAM_ERROR_BUFFER_TOO_SMALL",
                                         "SSAM_ERROR_OUT_OF_MEMORY",
                                         "SSAM_ERROR_BUSY",
                                         "SSAM_ERROR_CANCELLED",
                                         "SSAM_ERROR_PHOTO",
                                         "SSAM_ERROR_PROMPT",
                                         "SSAM_ERROR_PROMPT_UNSUPPORTED",
                                         "SSAM_ERROR_NOTHING_STANDS_OUT",
                                         "SSAM_ERROR_BUNDLE",
                                         "SSAM_ERROR_BUNDLE_DAMAGED",
                                         "SSAM_ERROR_BUNDLE_VERSION",
                                         "SSAM_ERROR_ENGINE",
                                         "SSAM_ERROR_INTERNAL"};
    const bool known = status >= SSAM_OK && status <= SSAM_ERROR_INTERNAL;
    return known ? kNames[status] : "unknown status";
}

const char* ssam_last_error(void) { return ssam::last_error(); }

ssam_status ssam_set_tensor_limit(int64_t bytes) {
    return ssam::guarded([&] {
        if (bytes <= 0) {
            ssam::fail(SSAM_ERROR_INVALID_ARGUMENT,
                       "the limit must be at least 1 byte, not " + std::to_string(bytes));
        }
        ssam::set_tensor_limit(bytes);
    });
}

void ssam_stop_reading_when(int32_t (*stop)(void*), void* context) {
    ssam::Interruption::set(stop, context);
}

ssam_status ssam_bundle_open(const char* folder, uint32_t flags, ssam_bundle** bundle) {
    return ssam::guarded([&] {
        ssam::not_null(bundle, "bundle");
        auto opened = std::make_shared<ssam::Bundle>();
        ssam::open_bundle(&ssam::not_null(folder, "folder"), (flags & SSAM_BUNDLE_SIZES_ONLY) == 0,
                          *opened);
        *bundle = new ssam_bundle{std::move(opened)};
    });
}

ssam_status ssam_bundle_recheck(const ssam_bundle* bundle, uint32_t flags) {
    return ssam::guarded([&] {
        ssam::recheck_bundle(*ssam::not_null(bundle, "bundle").bundle,
                             (flags & SSAM_BUNDLE_SIZES_ONLY) == 0);
    });
}

ssam_status ssam_bundle_parse(const char* json, size_t size, ssam_bundle** bundle) {
    return ssam::guarded([&] {
        ssam::not_null(bundle, "bundle");
        auto parsed = std::make_shared<ssam::Bundle>();
        ssam::parse_bundle(std::string(&ssam::not_null(json, "json"), size), *parsed);
        *bundle = new ssam_bundle{std::move(parsed)};
    });
}

void ssam_bundle_free(ssam_bundle* bundle) { delete bundle; }

ssam_status ssam_bundle_get_info(const ssam_bundle* bundle, ssam_bundle_info* info) {
    return ssam::guarded([&] {
        const ssam::Bundle& from = *ssam::not_null(bundle, "bundle").bundle;
        const ssam::Manifest& manifest = from.manifest;
        ssam_bundle_info filled{};
        filled.folder = from.folder.c_str();
        filled.name = manifest.name.c_str();
        filled.licence = manifest.licence.c_str();
        filled.preset = manifest.preset.c_str();
        filled.backend = manifest.backend.c_str();
        filled.precision = manifest.precision.c_str();
        filled.target_name = manifest.target_name.c_str();
        filled.target = manifest.target;
        filled.schema_version = manifest.schema_version;
        const ssam::TensorSpec& masks = manifest.output(manifest.masks);
        filled.program_count = static_cast<int32_t>(manifest.programs.size());
        filled.input_width = manifest.input.width;
        filled.input_height = manifest.input.height;
        filled.mask_width = masks.size().width;
        filled.mask_height = masks.size().height;
        filled.candidate_count = static_cast<int32_t>(masks.shape[1]);
        filled.max_points = manifest.max_points;
        filled.capabilities = manifest.capabilities;
        filled.click_radius = manifest.click_radius;
        filled.box_default = manifest.box_default;
        filled.manifest = from.text.c_str();
        filled.manifest_size = from.text.size();
        filled.tensor_bytes = manifest.tensor_bytes;
        ssam::not_null(info, "info") = filled;
    });
}

int32_t ssam_bundle_program_count(const ssam_bundle* bundle) {
    return bundle == nullptr ? 0 : static_cast<int32_t>(bundle->bundle->lent.size());
}

ssam_status ssam_bundle_get_program(const ssam_bundle* bundle, int32_t index,
                                    ssam_program_info* info) {
    return ssam::guarded([&] {
        const ssam::Bundle& from = *ssam::not_null(bundle, "bundle").bundle;
        const auto at = static_cast<size_t>(index);
        if (index < 0 || at >= from.lent.size()) {
            ssam::fail(SSAM_ERROR_INVALID_ARGUMENT,
                       "there is no program " + std::to_string(index) + "; this bundle has " +
                           std::to_string(from.lent.size()) + ", counted from 0");
        }
        const ssam::Bundle::Lent& lent = from.lent[at];
        const ssam::ProgramSpec& program = from.manifest.programs[at];
        ssam::not_null(info, "info") = {program.name.c_str(),
                                        program.runs,
                                        lent.path.c_str(),
                                        lent.file_size,
                                        program.macs,
                                        static_cast<int32_t>(lent.inputs.size()),
                                        static_cast<int32_t>(lent.outputs.size()),
                                        lent.inputs.data(),
                                        lent.outputs.data()};
    });
}

ssam_status ssam_bundle_find_program(const ssam_bundle* bundle, const char* name, int32_t* index) {
    return ssam::guarded([&] {
        const std::string wanted = &ssam::not_null(name, "name");
        const auto& programs = ssam::not_null(bundle, "bundle").bundle->manifest.programs;
        const auto found =
            std::find_if(programs.begin(), programs.end(),
                         [&](const ssam::ProgramSpec& each) { return each.name == wanted; });
        if (found == programs.end()) {
            ssam::fail(SSAM_ERROR_INVALID_ARGUMENT,
                       "this bundle has no program called \"" + wanted + "\"");
        }
        ssam::not_null(index, "index") = static_cast<int32_t>(found - programs.begin());
    });
}

ssam_status ssam_segmenter_create(const ssam_bundle* bundle, const ssam_engine* engine,
                                  ssam_segmenter** segmenter) {
    return ssam::guarded([&] {
        ssam::not_null(segmenter, "segmenter");
        ssam_engine used = ssam::not_null(engine, "engine");
        const auto& joined = ssam::not_null(bundle, "bundle").bundle;
        if (used.run == nullptr) {
            ssam::fail(SSAM_ERROR_INVALID_ARGUMENT, "engine.run must not be NULL");
        }
        // The engine has loaded by now: what it read must be what was checked.
        if (!joined->folder.empty()) {
            ssam::recheck_bundle(*joined, joined->hashes_checked);
        }
        // The handle first: once the Model exists, its end would release the engine.
        auto handle = std::make_unique<ssam_segmenter>();
        handle->model = std::make_shared<const ssam::Model>(joined, used);
        *segmenter = handle.release();
    });
}

void ssam_segmenter_free(ssam_segmenter* segmenter) { delete segmenter; }

ssam_status ssam_segmenter_prewarm(const ssam_segmenter* segmenter) {
    return ssam::guarded([&] { ssam::not_null(segmenter, "segmenter").model->prewarm(); });
}
