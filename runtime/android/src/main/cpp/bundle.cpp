// Bundles: what a manifest says.
#include <string>

#include "arrays.h"
#include "failure.h"
#include "fields.h"
#include "methods.h"
#include "squeezesam/ssam.h"

namespace ssam_jni {
namespace {

ssam_bundle_info info_of(jlong bundle) {
    ssam_bundle_info info{};
    check(ssam_bundle_get_info(handle_of<ssam_bundle>(bundle), &info));
    return info;
}

jbyteArray JNICALL version(JNIEnv* env, jclass) {
    return guarded(env, [&] { return to_java(env, std::string(ssam_version())); });
}

jint JNICALL schema_version(JNIEnv*, jclass) { return ssam_schema_version(); }

jlong JNICALL bundle_open(JNIEnv* env, jclass, jbyteArray folder, jint flags) {
    return guarded(env, [&] {
        const std::string name = string_of(env, folder);
        if (name.find('\0') != std::string::npos) {
            throw Failed{SSAM_ERROR_BUNDLE, "the folder's name holds a NUL character"};
        }
        ssam_bundle* bundle = nullptr;
        check(ssam_bundle_open(name.c_str(), static_cast<uint32_t>(flags), &bundle));
        return to_java(bundle);
    });
}

jlong JNICALL bundle_parse(JNIEnv* env, jclass, jbyteArray json) {
    return guarded(env, [&] {
        const std::string text = string_of(env, json);
        ssam_bundle* bundle = nullptr;
        check(ssam_bundle_parse(text.data(), text.size(), &bundle));
        return to_java(bundle);
    });
}

void JNICALL bundle_free(JNIEnv*, jclass, jlong bundle) {
    ssam_bundle_free(handle_of<ssam_bundle>(bundle));
}

void write(const Fields& fields, const ssam_tensor_info& tensor) {
    fields.text("name", tensor.name);
    fields.text("source", tensor.source);
    fields.text("role", tensor.role);
    for (int32_t i = 0; i < tensor.rank; ++i) {
        fields.entry("shape", [&](const Fields& side) { side.number("size", tensor.shape[i]); });
    }
}

void write(const Fields& fields, const ssam_program_info& program) {
    fields.text("name", program.name);
    fields.number("runs", program.runs);
    fields.text("path", program.path);
    fields.number("file_size", program.file_size);
    fields.number("macs", program.macs);
    for (int32_t i = 0; i < program.input_count; ++i) {
        fields.entry("inputs", [&](const Fields& one) { write(one, program.inputs[i]); });
    }
    for (int32_t i = 0; i < program.output_count; ++i) {
        fields.entry("outputs", [&](const Fields& one) { write(one, program.outputs[i]); });
    }
}

void write(const Fields& fields, const ssam_bundle_info& info) {
    fields.text("folder", info.folder);
    fields.text("name", info.name);
    fields.text("licence", info.licence);
    fields.text("preset", info.preset);
    fields.text("backend", info.backend);
    fields.text("precision", info.precision);
    fields.text("target_name", info.target_name);
    fields.text("manifest", std::string(info.manifest, info.manifest_size));
    fields.number("schema_version", info.schema_version);
    fields.number("input_width", info.input_width);
    fields.number("input_height", info.input_height);
    fields.number("mask_width", info.mask_width);
    fields.number("mask_height", info.mask_height);
    fields.number("candidate_count", info.candidate_count);
    fields.number("max_points", info.max_points);
    fields.number("capabilities", info.capabilities);
    fields.fraction("click_radius", info.click_radius);
    fields.fraction("box_default", double{info.box_default});
}

void JNICALL bundle_info(JNIEnv* env, jclass, jlong bundle, jobject into) {
    guarded(env, [&] {
        const Fields fields(env, into);
        const auto* handle = handle_of<ssam_bundle>(bundle);
        write(fields, info_of(bundle));
        for (int32_t i = 0; i < ssam_bundle_program_count(handle); ++i) {
            ssam_program_info program{};
            check(ssam_bundle_get_program(handle, i, &program));
            fields.entry("programs", [&](const Fields& one) { write(one, program); });
        }
    });
}

}  // namespace

Methods bundle_methods() {
    return {
        method("version", "()[B", version),
        method("schemaVersion", "()I", schema_version),
        method("bundleOpen", "([BI)J", bundle_open),
        method("bundleParse", "([B)J", bundle_parse),
        method("bundleFree", "(J)V", bundle_free),
        method("bundleInfo", "(JLorg/squeezesam/Fields;)V", bundle_info),
    };
}

}  // namespace ssam_jni
