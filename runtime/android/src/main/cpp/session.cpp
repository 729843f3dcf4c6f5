// Sessions: a photo, its prompts, predictions.
#include "arrays.h"
#include "failure.h"
#include "methods.h"
#include "pixels.h"
#include "prompts.h"
#include "squeezesam/ssam.h"

namespace ssam_jni {

jdoubleArray to_java(JNIEnv* env, const ssam_prompt* prompts, size_t count) {
    std::vector<double> numbers;
    numbers.reserve(6 * count);
    for (size_t i = 0; i < count; ++i) {
        const ssam_prompt& p = prompts[i];
        for (const double number : {double(p.kind), double(p.automatic), p.x0, p.y0, p.x1, p.y1}) {
            numbers.push_back(number);
        }
    }
    return to_java(env, numbers);
}

ssam_predict_options options_of(jint candidate, jboolean keep_largest, jlong max_hole_area) {
    ssam_predict_options options = ssam_predict_default_options();
    options.candidate = candidate;
    options.keep_largest = keep_largest == JNI_TRUE ? 1 : 0;
    options.max_hole_area = max_hole_area;
    return options;
}

namespace {

jlong JNICALL session_create(JNIEnv* env, jclass, jlong segmenter) {
    return guarded(env, [&] {
        ssam_session* session = nullptr;
        check(ssam_session_create(handle_of<ssam_segmenter>(segmenter), &session));
        return to_java(session);
    });
}

void JNICALL session_free(JNIEnv*, jclass, jlong session) {
    ssam_session_free(handle_of<ssam_session>(session));
}

void JNICALL session_cancel(JNIEnv*, jclass, jlong session) {
    ssam_session_cancel(handle_of<ssam_session>(session));
}

void JNICALL session_set_image(JNIEnv* env, jclass, jlong session, jlongArray description,
                               jobject store, jobject chroma) {
    guarded(env, [&] {
        PhotoPixels photo(env, description, store, chroma);
        photo.pin();
        check(ssam_session_set_image(handle_of<ssam_session>(session), photo.image()));
    });
}

jintArray JNICALL session_size(JNIEnv* env, jclass, jlong session) {
    return guarded(env, [&] {
        std::vector<jint> size(2);
        check(ssam_session_get_size(handle_of<ssam_session>(session), &size[0], &size[1]));
        return to_java(env, size);
    });
}

void JNICALL session_add_point(JNIEnv* env, jclass, jlong session, jdouble x, jdouble y,
                               jboolean foreground) {
    guarded(env, [&] {
        check(ssam_session_add_point(handle_of<ssam_session>(session), x, y,
                                     foreground == JNI_TRUE ? 1 : 0));
    });
}

void JNICALL session_set_box(JNIEnv* env, jclass, jlong session, jdouble x0, jdouble y0, jdouble x1,
                             jdouble y1) {
    guarded(env,
            [&] { check(ssam_session_set_box(handle_of<ssam_session>(session), x0, y0, x1, y1)); });
}

jboolean JNICALL session_undo(JNIEnv* env, jclass, jlong session) {
    return guarded(env, [&] {
        int32_t undone = 0;
        check(ssam_session_undo(handle_of<ssam_session>(session), &undone));
        return static_cast<jboolean>(undone != 0 ? JNI_TRUE : JNI_FALSE);
    });
}

void JNICALL session_clear(JNIEnv* env, jclass, jlong session) {
    guarded(env, [&] { check(ssam_session_clear(handle_of<ssam_session>(session))); });
}

jdoubleArray JNICALL session_prompts(JNIEnv* env, jclass, jlong session) {
    return guarded(env, [&] {
        auto* const handle = handle_of<ssam_session>(session);
        size_t count = 0;
        check(ssam_session_get_prompts(handle, nullptr, 0, &count));
        std::vector<ssam_prompt> prompts(count);
        check(ssam_session_get_prompts(handle, prompts.data(), count, &count));
        return to_java(env, prompts.data(), prompts.size());
    });
}

void JNICALL session_set_automatic(JNIEnv* env, jclass, jlong session, jboolean random, jint seed) {
    guarded(env, [&] {
        const int32_t how = random == JNI_TRUE ? SSAM_AUTOMATIC_RANDOM : SSAM_AUTOMATIC_CENTRES;
        check(ssam_session_set_automatic(handle_of<ssam_session>(session), how,
                                         static_cast<uint32_t>(seed)));
    });
}

jdoubleArray JNICALL session_automatic(JNIEnv* env, jclass, jlong session) {
    return guarded(env, [&] {
        ssam_prompt clicks[5];
        size_t count = 0;
        check(ssam_session_get_automatic(handle_of<ssam_session>(session), clicks, &count));
        return to_java(env, clicks, count);
    });
}

jlong JNICALL session_predict(JNIEnv* env, jclass, jlong session, jint candidate,
                              jboolean keep_largest, jlong max_hole_area) {
    return guarded(env, [&] {
        const ssam_predict_options options = options_of(candidate, keep_largest, max_hole_area);
        ssam_mask* mask = nullptr;
        check(ssam_session_predict(handle_of<ssam_session>(session), &options, &mask));
        return to_java(mask);
    });
}

}  // namespace

Methods session_methods() {
    return {
        method("sessionCreate", "(J)J", session_create),
        method("sessionFree", "(J)V", session_free),
        method("sessionCancel", "(J)V", session_cancel),
        method("sessionSetImage", "(J[JLjava/lang/Object;Ljava/lang/Object;)V", session_set_image),
        method("sessionSize", "(J)[I", session_size),
        method("sessionAddPoint", "(JDDZ)V", session_add_point),
        method("sessionSetBox", "(JDDDD)V", session_set_box),
        method("sessionUndo", "(J)Z", session_undo),
        method("sessionClear", "(J)V", session_clear),
        method("sessionPrompts", "(J)[D", session_prompts),
        method("sessionSetAutomatic", "(JZI)V", session_set_automatic),
        method("sessionAutomatic", "(J)[D", session_automatic),
        method("sessionPredict", "(JIZJ)J", session_predict),
    };
}

}  // namespace ssam_jni
