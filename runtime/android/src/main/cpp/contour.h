// Outlines as Java arrays.
#pragma once

#include <jni.h>

#include "squeezesam/ssam.h"

namespace ssam_jni {

// Rings as float[] x, y, x, y ..., then one last float[] with the rings' parents. Frees `contour`.
jobjectArray take_rings(JNIEnv* env, ssam_contour* contour);

}  // namespace ssam_jni
