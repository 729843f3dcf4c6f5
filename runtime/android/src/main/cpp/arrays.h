// Java arrays to C++ values and back.
#pragma once

#include <jni.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ssam_jni {

// The size as Java counts; Failed where Java's 31 bits do not hold it.
jsize java_size(size_t size);

std::string string_of(JNIEnv* env, jbyteArray bytes);
std::vector<float> floats_of(JNIEnv* env, jfloatArray array);
std::vector<uint32_t> counts_of(JNIEnv* env, jintArray array);

jbyteArray to_java(JNIEnv* env, const char* data, size_t size);
jbyteArray to_java(JNIEnv* env, const std::string& text);
jbyteArray to_java(JNIEnv* env, const std::vector<uint8_t>& values);
jintArray to_java(JNIEnv* env, const std::vector<jint>& values);
jlongArray to_java(JNIEnv* env, const std::vector<jlong>& values);
jintArray to_java(JNIEnv* env, const std::vector<uint32_t>& values);
jfloatArray to_java(JNIEnv* env, const float* values, size_t count);
jdoubleArray to_java(JNIEnv* env, const std::vector<double>& values);

// Objects of one class, e.g. "[B" for arrays of bytes. `make(i)` gives a local reference, which is
// let go of as soon as it is stored.
template <typename Make>
jobjectArray to_java_objects(JNIEnv* env, const char* class_name, size_t count, Make&& make);

// Parts of the template above.
jobjectArray new_objects(JNIEnv* env, const char* class_name, size_t count);
void store(JNIEnv* env, jobjectArray objects, size_t index, jobject object);

template <typename Make>
jobjectArray to_java_objects(JNIEnv* env, const char* class_name, size_t count, Make&& make) {
    const jobjectArray objects = new_objects(env, class_name, count);
    for (size_t i = 0; i < count; ++i) {
        store(env, objects, i, make(i));
    }
    return objects;
}

// Handles travel as numbers.
template <typename Handle>
jlong to_java(Handle* handle) {
    return static_cast<jlong>(reinterpret_cast<intptr_t>(handle));
}
template <typename Handle>
Handle* handle_of(jlong number) {
    return reinterpret_cast<Handle*>(static_cast<intptr_t>(number));
}

}  // namespace ssam_jni
