// Prompts and options as Java arrays.
#pragma once

#include <jni.h>

#include <cstddef>

#include "squeezesam/ssam.h"

namespace ssam_jni {

// Six numbers a prompt: kind, automatic, x0, y0, x1, y1.
jdoubleArray to_java(JNIEnv* env, const ssam_prompt* prompts, size_t count);

ssam_predict_options options_of(jint candidate, jboolean keep_largest, jlong max_hole_area);

}  // namespace ssam_jni
