// What Java calls when it loads the library.
#include <jni.h>

#include "failure.h"
#include "fields.h"
#include "methods.h"
#include "pixels.h"

namespace {

bool give(JNIEnv* env, const ssam_jni::Methods& methods) {
    const jclass owner = env->FindClass("org/squeezesam/Native");
    if (owner == nullptr) {
        return false;
    }
    const jint answer =
        env->RegisterNatives(owner, methods.data(), static_cast<jint>(methods.size()));
    env->DeleteLocalRef(owner);
    return answer == JNI_OK;
}

bool give_all(JNIEnv* env) {
    using namespace ssam_jni;
    return find_failures(env) && find_engine(env) && find_fields(env) && find_pixels(env) &&
           give(env, bundle_methods()) && give(env, engine_methods()) &&
           give(env, session_methods()) && give(env, mask_methods()) && give(env, part_methods()) &&
           give(env, bitmap_methods());
}

}  // namespace

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* machine, void*) {
    void* env = nullptr;
    if (machine->GetEnv(&env, JNI_VERSION_1_6) != JNI_OK) {
        return JNI_ERR;
    }
    try {
        return give_all(static_cast<JNIEnv*>(env)) ? JNI_VERSION_1_6 : JNI_ERR;
    } catch (...) {
        return JNI_ERR;
    }
}
