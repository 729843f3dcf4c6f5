// What each file gives to Kotlin: the `external` functions of org.squeezesam.Native.
#pragma once

#include <jni.h>

#include <vector>

namespace ssam_jni {

using Methods = std::vector<JNINativeMethod>;

Methods bundle_methods();
Methods engine_methods();
Methods session_methods();
Methods mask_methods();
Methods part_methods();
Methods bitmap_methods();

// Finds the methods of org.squeezesam.EngineBridge. Called once, by JNI_OnLoad.
bool find_engine(JNIEnv* env);

// One entry. The JDK's jni.h wants char*, Android's const char*.
template <typename Function>
JNINativeMethod method(const char* name, const char* signature, Function* function) {
    return {const_cast<char*>(name), const_cast<char*>(signature),
            reinterpret_cast<void*>(function)};
}

}  // namespace ssam_jni
