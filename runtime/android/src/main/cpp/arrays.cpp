#include "arrays.h"

#include <limits>

#include "failure.h"

namespace ssam_jni {
namespace {

// Every jarray of numbers is made and filled the same way.
template <typename Array, typename Element>
Array filled(JNIEnv* env, Array (JNIEnv::*make)(jsize),
             void (JNIEnv::*fill)(Array, jsize, jsize, const Element*), const void* values,
             size_t count) {
    const jsize size = java_size(count);
    const Array array = (env->*make)(size);
    check_pending(env);
    (env->*fill)(array, 0, size, static_cast<const Element*>(values));
    return array;
}

void check_not_null(jobject object) {
    if (object == nullptr) {
        throw Failed{SSAM_ERROR_INVALID_ARGUMENT, "an array is null"};
    }
}

}  // namespace

jsize java_size(size_t size) {
    if (size > static_cast<size_t>(std::numeric_limits<jsize>::max())) {
        throw Failed{SSAM_ERROR_OUT_OF_MEMORY, "the result is larger than a Java array can be"};
    }
    return static_cast<jsize>(size);
}

std::string string_of(JNIEnv* env, jbyteArray bytes) {
    check_not_null(bytes);
    const jsize size = env->GetArrayLength(bytes);
    std::string text(static_cast<size_t>(size), '\0');
    env->GetByteArrayRegion(bytes, 0, size, reinterpret_cast<jbyte*>(text.data()));
    return text;
}

std::vector<float> floats_of(JNIEnv* env, jfloatArray array) {
    check_not_null(array);
    const jsize size = env->GetArrayLength(array);
    std::vector<float> values(static_cast<size_t>(size));
    env->GetFloatArrayRegion(array, 0, size, values.data());
    return values;
}

std::vector<uint32_t> counts_of(JNIEnv* env, jintArray array) {
    check_not_null(array);
    const jsize size = env->GetArrayLength(array);
    std::vector<uint32_t> values(static_cast<size_t>(size));
    env->GetIntArrayRegion(array, 0, size, reinterpret_cast<jint*>(values.data()));
    return values;
}

jbyteArray to_java(JNIEnv* env, const char* data, size_t size) {
    return filled<jbyteArray, jbyte>(env, &JNIEnv::NewByteArray, &JNIEnv::SetByteArrayRegion, data,
                                     size);
}

jbyteArray to_java(JNIEnv* env, const std::string& text) {
    return to_java(env, text.data(), text.size());
}

jbyteArray to_java(JNIEnv* env, const std::vector<uint8_t>& values) {
    return to_java(env, reinterpret_cast<const char*>(values.data()), values.size());
}

jintArray to_java(JNIEnv* env, const std::vector<jint>& values) {
    return filled<jintArray, jint>(env, &JNIEnv::NewIntArray, &JNIEnv::SetIntArrayRegion,
                                   values.data(), values.size());
}

jlongArray to_java(JNIEnv* env, const std::vector<jlong>& values) {
    return filled<jlongArray, jlong>(env, &JNIEnv::NewLongArray, &JNIEnv::SetLongArrayRegion,
                                     values.data(), values.size());
}

jintArray to_java(JNIEnv* env, const std::vector<uint32_t>& values) {
    return filled<jintArray, jint>(env, &JNIEnv::NewIntArray, &JNIEnv::SetIntArrayRegion,
                                   values.data(), values.size());
}

jfloatArray to_java(JNIEnv* env, const float* values, size_t count) {
    return filled<jfloatArray, jfloat>(env, &JNIEnv::NewFloatArray, &JNIEnv::SetFloatArrayRegion,
                                       values, count);
}

jdoubleArray to_java(JNIEnv* env, const std::vector<double>& values) {
    return filled<jdoubleArray, jdouble>(
        env, &JNIEnv::NewDoubleArray, &JNIEnv::SetDoubleArrayRegion, values.data(), values.size());
}

jobjectArray new_objects(JNIEnv* env, const char* class_name, size_t count) {
    const jclass element = env->FindClass(class_name);
    check_pending(env);
    const jobjectArray objects = env->NewObjectArray(java_size(count), element, nullptr);
    env->DeleteLocalRef(element);
    check_pending(env);
    return objects;
}

void store(JNIEnv* env, jobjectArray objects, size_t index, jobject object) {
    env->SetObjectArrayElement(objects, static_cast<jsize>(index), object);
    env->DeleteLocalRef(object);
    check_pending(env);
}

}  // namespace ssam_jni
