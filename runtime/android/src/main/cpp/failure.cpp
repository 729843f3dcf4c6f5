#include "failure.h"

#include <cstring>
#include <new>

namespace ssam_jni {
namespace {

jclass native_class = nullptr;  // org.squeezesam.Native, a global reference
jmethodID failure_of = nullptr;

}  // namespace

bool find_failures(JNIEnv* env) {
    const jclass found = env->FindClass("org/squeezesam/Native");
    if (found == nullptr) {
        return false;
    }
    native_class = static_cast<jclass>(env->NewGlobalRef(found));
    env->DeleteLocalRef(found);
    if (native_class == nullptr) {
        return false;
    }
    failure_of = env->GetStaticMethodID(native_class, "failure", "(I[B)Ljava/lang/Throwable;");
    return failure_of != nullptr;
}

// The sentence travels as bytes: NewStringUTF wants a UTF-8 of its own kind.
void throw_failure(JNIEnv* env, ssam_status status, const char* sentence) noexcept {
    if (env->ExceptionCheck() == JNI_TRUE) {
        return;
    }
    const auto length = static_cast<jsize>(std::strlen(sentence));
    const jbyteArray bytes = env->NewByteArray(length);
    if (bytes == nullptr) {
        return;  // Java's own OutOfMemoryError is pending
    }
    env->SetByteArrayRegion(bytes, 0, length, reinterpret_cast<const jbyte*>(sentence));
    const jobject made =
        env->CallStaticObjectMethod(native_class, failure_of, static_cast<jint>(status), bytes);
    if (env->ExceptionCheck() == JNI_FALSE && made != nullptr) {
        env->Throw(static_cast<jthrowable>(made));
    }
    env->DeleteLocalRef(bytes);
}

void check_pending(JNIEnv* env) {
    if (env->ExceptionCheck() == JNI_TRUE) {
        throw Pending();
    }
}

void check(ssam_status status) {
    if (status != SSAM_OK) {
        throw Failed{status, ssam_last_error()};
    }
}

void rethrow_in_java(JNIEnv* env) noexcept {
    try {
        throw;
    } catch (const Pending&) {
    } catch (const Failed& failed) {
        throw_failure(env, failed.status, failed.sentence.c_str());
    } catch (const std::bad_alloc&) {
        throw_failure(env, SSAM_ERROR_OUT_OF_MEMORY, "out of memory");
    } catch (...) {
        throw_failure(env, SSAM_ERROR_INTERNAL, "an unknown failure in the Java binding");
    }
}

}  // namespace ssam_jni
