// How a failure leaves native code: as a Java exception, never as a C++ one.
#pragma once

#include <jni.h>

#include <string>

#include "squeezesam/ssam.h"

namespace ssam_jni {

// A Java exception is pending: unwind to the boundary and leave it to the JVM.
struct Pending {};

// A failure of this binding itself, with the core's status codes.
struct Failed {
    ssam_status status;
    std::string sentence;
};

// Finds the classes that failures need. Called once, by JNI_OnLoad; false: an exception is pending.
bool find_failures(JNIEnv* env);

// Makes `SegmentationException` of the status pending, unless an exception is already.
void throw_failure(JNIEnv* env, ssam_status status, const char* sentence) noexcept;

// Throws Pending if the last JNI call left an exception.
void check_pending(JNIEnv* env);

// Throws Failed with the core's sentence unless the call went well.
void check(ssam_status status);

// The C++ exception under way as a Java one.
void rethrow_in_java(JNIEnv* env) noexcept;

// Runs `body`; whatever it throws becomes a Java exception and the result 0.
template <typename Body>
auto guarded(JNIEnv* env, Body&& body) noexcept -> decltype(body()) {
    try {
        return body();
    } catch (...) {
        rethrow_in_java(env);
    }
    return decltype(body())();
}

}  // namespace ssam_jni
