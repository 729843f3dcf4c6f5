// An engine written in Kotlin or Java, as the core wants it.
#include <cstdio>

#include "arrays.h"
#include "failure.h"
#include "methods.h"
#include "squeezesam/ssam.h"

namespace ssam_jni {
namespace {

JavaVM* machine = nullptr;
jclass byte_buffer = nullptr;  // java.nio.ByteBuffer, a global reference
jmethodID run_method = nullptr;
jmethodID release_method = nullptr;

// This thread's environment. The core calls back on the thread that called it, which Java knows;
// a thread that it does not know is attached for as long as this lives.
class Environment {
 public:
    Environment() {
        void* found = nullptr;
        if (machine->GetEnv(&found, JNI_VERSION_1_6) == JNI_OK) {
            env_ = static_cast<JNIEnv*>(found);
            return;
        }
#ifdef __ANDROID__
        attached_ = machine->AttachCurrentThread(&env_, nullptr) == JNI_OK;
#else
        attached_ = machine->AttachCurrentThread(&found, nullptr) == JNI_OK;
        env_ = static_cast<JNIEnv*>(found);
#endif
    }
    ~Environment() {
        if (attached_) {
            machine->DetachCurrentThread();
        }
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

    JNIEnv* get() const { return env_; }

 private:
    JNIEnv* env_ = nullptr;
    bool attached_ = false;
};

ssam_status explain(char* message, size_t size, const char* sentence) {
    std::snprintf(message, size, "%s", sentence);
    return SSAM_ERROR_ENGINE;
}

// Views of the core's memory: nothing is copied. NULL with a pending exception when Java is out of
// memory.
jobjectArray views(JNIEnv* env, const ssam_tensor* tensors, int32_t count) {
    const jobjectArray buffers = env->NewObjectArray(count, byte_buffer, nullptr);
    for (int32_t i = 0; buffers != nullptr && i < count; ++i) {
        const jobject view = env->NewDirectByteBuffer(
            tensors[i].data, tensors[i].count * static_cast<jlong>(sizeof(float)));
        if (view == nullptr) {
            return nullptr;
        }
        env->SetObjectArrayElement(buffers, i, view);
        env->DeleteLocalRef(view);
    }
    return buffers;
}

ssam_status call_java(JNIEnv* env, jobject bridge, int32_t program, const ssam_tensor* inputs,
                      int32_t input_count, const ssam_tensor* outputs, int32_t output_count,
                      char* message, size_t message_size) {
    const jobjectArray in = views(env, inputs, input_count);
    const jobjectArray out = in == nullptr ? nullptr : views(env, outputs, output_count);
    const jobject reason =
        out == nullptr ? nullptr
                       : env->NewDirectByteBuffer(message, static_cast<jlong>(message_size));
    if (reason == nullptr) {
        return explain(message, message_size, "Java could not make the buffers for the engine");
    }
    return env->CallIntMethod(bridge, run_method, program, in, out, reason);
}

// EngineBridge catches what the engine throws and explains it itself; what still gets here is an
// exception in that.
// The bridge knows the programs by their index; their names it has from the bundle.
ssam_status run(void* user, int32_t program, const char*, const ssam_tensor* inputs,
                int32_t input_count, ssam_tensor* outputs, int32_t output_count, char* message,
                size_t message_size) {
    const Environment environment;
    JNIEnv* env = environment.get();
    if (env == nullptr) {
        return explain(message, message_size, "this thread could not be attached to Java");
    }
    if (env->PushLocalFrame(16) != JNI_OK) {
        env->ExceptionClear();
        return SSAM_ERROR_OUT_OF_MEMORY;
    }
    ssam_status status = call_java(env, static_cast<jobject>(user), program, inputs, input_count,
                                   outputs, output_count, message, message_size);
    if (env->ExceptionCheck() == JNI_TRUE) {
        env->ExceptionClear();
        status = explain(message, message_size, "the engine threw an exception");
    }
    env->PopLocalFrame(nullptr);
    return status;
}

void release(void* user) {
    const Environment environment;
    JNIEnv* env = environment.get();
    if (env == nullptr) {
        return;  // the machine is going down
    }
    const auto bridge = static_cast<jobject>(user);
    env->CallVoidMethod(bridge, release_method);
    if (env->ExceptionCheck() == JNI_TRUE) {
        env->ExceptionClear();
    }
    env->DeleteGlobalRef(bridge);
}

jlong JNICALL segmenter_create(JNIEnv* env, jclass, jlong bundle, jobject bridge,
                               jboolean concurrent) {
    return guarded(env, [&] {
        const jobject kept = env->NewGlobalRef(bridge);
        if (kept == nullptr) {
            throw Failed{SSAM_ERROR_OUT_OF_MEMORY, "out of memory"};
        }
        const ssam_engine engine{kept, run, release,
                                 concurrent == JNI_TRUE ? uint32_t{SSAM_ENGINE_CONCURRENT} : 0u};
        ssam_segmenter* segmenter = nullptr;
        const ssam_status status =
            ssam_segmenter_create(handle_of<ssam_bundle>(bundle), &engine, &segmenter);
        if (status != SSAM_OK) {
            env->DeleteGlobalRef(kept);  // the engine is still the caller's
        }
        check(status);
        return to_java(segmenter);
    });
}

void JNICALL segmenter_free(JNIEnv*, jclass, jlong segmenter) {
    ssam_segmenter_free(handle_of<ssam_segmenter>(segmenter));
}

void JNICALL segmenter_prewarm(JNIEnv* env, jclass, jlong segmenter) {
    guarded(env, [&] { check(ssam_segmenter_prewarm(handle_of<ssam_segmenter>(segmenter))); });
}

}  // namespace

bool find_engine(JNIEnv* env) {
    if (env->GetJavaVM(&machine) != JNI_OK) {
        return false;
    }
    const jclass buffer = env->FindClass("java/nio/ByteBuffer");
    const jclass bridge =
        buffer == nullptr ? nullptr : env->FindClass("org/squeezesam/EngineBridge");
    if (bridge == nullptr) {
        return false;
    }
    byte_buffer = static_cast<jclass>(env->NewGlobalRef(buffer));
    run_method = env->GetMethodID(
        bridge, "run", "(I[Ljava/nio/ByteBuffer;[Ljava/nio/ByteBuffer;Ljava/nio/ByteBuffer;)I");
    if (run_method == nullptr) {
        return false;
    }
    release_method = env->GetMethodID(bridge, "release", "()V");
    env->DeleteLocalRef(buffer);
    env->DeleteLocalRef(bridge);
    return release_method != nullptr && byte_buffer != nullptr;
}

Methods engine_methods() {
    return {
        method("segmenterCreate", "(JLorg/squeezesam/EngineBridge;Z)J", segmenter_create),
        method("segmenterFree", "(J)V", segmenter_free),
        method("segmenterPrewarm", "(J)V", segmenter_prewarm),
    };
}

}  // namespace ssam_jni
