// ssam.h: version, status, bundle, segmenter.
#include <string>
#include <utility>

#include "abi/handles.h"

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
        filled.input_width = manifest.input.width;
        filled.input_height = manifest.input.height;
        filled.saliency_width = manifest.saliency.width;
        filled.saliency_height = manifest.saliency.height;
        filled.mask_width = manifest.mask.width;
        filled.mask_height = manifest.mask.height;
        filled.candidate_count = manifest.candidates;
        filled.max_points = manifest.max_points;
        filled.capabilities = manifest.capabilities;
        filled.click_radius = manifest.click_radius;
        filled.box_default = manifest.box_default;
        std::copy(manifest.pad_value.begin(), manifest.pad_value.end(), filled.pad_value);
        filled.manifest = from.text.c_str();
        filled.manifest_size = from.text.size();
        ssam::not_null(info, "info") = filled;
    });
}

ssam_status ssam_bundle_get_program(const ssam_bundle* bundle, int32_t program,
                                    ssam_program_info* info) {
    return ssam::guarded([&] {
        const ssam::Bundle& from = *ssam::not_null(bundle, "bundle").bundle;
        if (program != SSAM_PROGRAM_SEGMENTER && program != SSAM_PROGRAM_SALIENCY) {
            ssam::fail(SSAM_ERROR_INVALID_ARGUMENT,
                       std::to_string(program) + " is not a SSAM_PROGRAM");
        }
        const auto index = static_cast<size_t>(program);
        if (!from.manifest.programs[index].present()) {
            ssam::fail(SSAM_ERROR_INVALID_ARGUMENT, "this bundle has no saliency program");
        }
        const ssam::Bundle::Lent& lent = from.lent[index];
        ssam::not_null(info, "info") = {lent.path.c_str(),
                                        lent.file_size,
                                        from.manifest.programs[index].macs,
                                        static_cast<int32_t>(lent.inputs.size()),
                                        static_cast<int32_t>(lent.outputs.size()),
                                        lent.inputs.data(),
                                        lent.outputs.data()};
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
        // The handle first: once the Segmenter exists, its end would release the engine.
        auto handle = std::make_unique<ssam_segmenter>();
        handle->segmenter = std::make_shared<const ssam::Segmenter>(joined, used);
        *segmenter = handle.release();
    });
}

void ssam_segmenter_free(ssam_segmenter* segmenter) { delete segmenter; }

ssam_status ssam_segmenter_prewarm(const ssam_segmenter* segmenter) {
    return ssam::guarded([&] { ssam::not_null(segmenter, "segmenter").segmenter->prewarm(); });
}
