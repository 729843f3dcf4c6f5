// Bundles: what a manifest says.
#include <string>

#include "arrays.h"
#include "failure.h"
#include "methods.h"
#include "squeezesam/ssam.h"

namespace ssam_jni {
namespace {

ssam_bundle_info info_of(jlong bundle) {
    ssam_bundle_info info{};
    check(ssam_bundle_get_info(handle_of<ssam_bundle>(bundle), &info));
    return info;
}

ssam_program_info program_of(jlong bundle, jint program) {
    ssam_program_info info{};
    check(ssam_bundle_get_program(handle_of<ssam_bundle>(bundle), program, &info));
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

// In the order that ModelBundle reads them.
jobjectArray JNICALL bundle_strings(JNIEnv* env, jclass, jlong bundle) {
    return guarded(env, [&] {
        const ssam_bundle_info info = info_of(bundle);
        const std::string strings[] = {
            info.folder,      info.name,
            info.licence,     info.preset,
            info.backend,     info.precision,
            info.target_name, std::string(info.manifest, info.manifest_size)};
        return to_java_objects(env, "[B", std::size(strings),
                               [&](size_t i) { return to_java(env, strings[i]); });
    });
}

jintArray JNICALL bundle_numbers(JNIEnv* env, jclass, jlong bundle) {
    return guarded(env, [&] {
        const ssam_bundle_info info = info_of(bundle);
        return to_java(
            env, std::vector<jint>{info.target, info.schema_version, info.input_width,
                                   info.input_height, info.saliency_width, info.saliency_height,
                                   info.mask_width, info.mask_height, info.candidate_count,
                                   info.max_points, static_cast<jint>(info.capabilities),
                                   info.pad_value[0], info.pad_value[1], info.pad_value[2]});
    });
}

jdoubleArray JNICALL bundle_fractions(JNIEnv* env, jclass, jlong bundle) {
    return guarded(env, [&] {
        const ssam_bundle_info info = info_of(bundle);
        return to_java(env, std::vector<double>{info.click_radius, double{info.box_default}});
    });
}

jbyteArray JNICALL program_path(JNIEnv* env, jclass, jlong bundle, jint program) {
    return guarded(env,
                   [&] { return to_java(env, std::string(program_of(bundle, program).path)); });
}

// File size, multiply-adds, number of inputs, number of outputs.
jlongArray JNICALL program_numbers(JNIEnv* env, jclass, jlong bundle, jint program) {
    return guarded(env, [&] {
        const ssam_program_info info = program_of(bundle, program);
        return to_java(env, std::vector<jlong>{info.file_size, info.macs, info.input_count,
                                               info.output_count});
    });
}

// The tensors of a program in order: inputs, then outputs.
const ssam_tensor_info& tensor_of(const ssam_program_info& info, size_t index) {
    const auto inputs = static_cast<size_t>(info.input_count);
    return index < inputs ? info.inputs[index] : info.outputs[index - inputs];
}

size_t tensor_count(const ssam_program_info& info) {
    return static_cast<size_t>(info.input_count + info.output_count);
}

jobjectArray JNICALL tensor_names(JNIEnv* env, jclass, jlong bundle, jint program) {
    return guarded(env, [&] {
        const ssam_program_info info = program_of(bundle, program);
        return to_java_objects(env, "[B", tensor_count(info), [&](size_t i) {
            return to_java(env, std::string(tensor_of(info, i).name));
        });
    });
}

jobjectArray JNICALL tensor_shapes(JNIEnv* env, jclass, jlong bundle, jint program) {
    return guarded(env, [&] {
        const ssam_program_info info = program_of(bundle, program);
        return to_java_objects(env, "[J", tensor_count(info), [&](size_t i) {
            const ssam_tensor_info& tensor = tensor_of(info, i);
            return to_java(env, std::vector<jlong>(tensor.shape, tensor.shape + tensor.rank));
        });
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
        method("bundleStrings", "(J)[[B", bundle_strings),
        method("bundleNumbers", "(J)[I", bundle_numbers),
        method("bundleFractions", "(J)[D", bundle_fractions),
        method("programPath", "(JI)[B", program_path),
        method("programNumbers", "(JI)[J", program_numbers),
        method("tensorNames", "(JI)[[B", tensor_names),
        method("tensorShapes", "(JI)[[J", tensor_shapes),
    };
}

}  // namespace ssam_jni
