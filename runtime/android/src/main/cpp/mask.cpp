// Masks and what is made of them.
#include "arrays.h"
#include "contour.h"
#include "failure.h"
#include "fields.h"
#include "methods.h"
#include "pixels.h"
#include "prompts.h"
#include "squeezesam/ssam.h"

namespace ssam_jni {
namespace {

const ssam_mask* mask_of(jlong mask) { return handle_of<ssam_mask>(mask); }

ssam_mask_info info_of(jlong mask) {
    ssam_mask_info info{};
    check(ssam_mask_get_info(mask_of(mask), &info));
    return info;
}

void JNICALL mask_free(JNIEnv*, jclass, jlong mask) { ssam_mask_free(handle_of<ssam_mask>(mask)); }

void write(const Fields& fields, const ssam_timings& timings) {
    fields.fraction("open", timings.open);
    fields.fraction("clicks", timings.clicks);
    fields.fraction("prompts", timings.prompts);
    fields.fraction("mask", timings.mask);
    fields.fraction("total", timings.total);
    for (int32_t i = 0; i < timings.program_count; ++i) {
        fields.entry("programs", [&](const Fields& program) {
            program.text("name", timings.programs[i].name);
            program.fraction("ms", timings.programs[i].ms);
        });
    }
}

void JNICALL mask_info(JNIEnv* env, jclass, jlong mask, jobject into) {
    guarded(env, [&] {
        const Fields fields(env, into);
        const ssam_mask_info info = info_of(mask);
        fields.number("width", info.width);
        fields.number("height", info.height);
        fields.fraction("score", double{info.score});
        fields.number("candidate", info.chosen);
        fields.number("area", info.area);
        fields.number("bounds_x", info.box_x);
        fields.number("bounds_y", info.box_y);
        fields.number("bounds_width", info.box_width);
        fields.number("bounds_height", info.box_height);
        fields.number("plane_width", info.plane_width);
        fields.number("plane_height", info.plane_height);
        fields.fraction("valid_width", info.valid_width);
        fields.fraction("valid_height", info.valid_height);
        fields.entry("timings", [&](const Fields& one) { write(one, info.timings); });
    });
}

jfloatArray JNICALL mask_scores(JNIEnv* env, jclass, jlong mask) {
    return guarded(env, [&] {
        const ssam_mask_info info = info_of(mask);
        return to_java(env, info.scores, static_cast<size_t>(info.candidate_count));
    });
}

jdoubleArray JNICALL mask_prompts(JNIEnv* env, jclass, jlong mask) {
    return guarded(env, [&] {
        const ssam_mask_info info = info_of(mask);
        return to_java(env, info.prompts, info.prompt_count);
    });
}

jlong JNICALL mask_derive(JNIEnv* env, jclass, jlong mask, jint candidate, jboolean keep_largest,
                          jlong max_hole_area) {
    return guarded(env, [&] {
        const ssam_predict_options options = options_of(candidate, keep_largest, max_hole_area);
        ssam_mask* derived = nullptr;
        check(ssam_mask_derive(mask_of(mask), &options, &derived));
        return to_java(derived);
    });
}

jlong JNICALL mask_refine(JNIEnv* env, jclass, jlong mask, jlongArray description, jobject source,
                          jobject chroma) {
    return guarded(env, [&] {
        PhotoPixels photo(env, description, source, chroma);
        ssam_mask* refined = nullptr;
        photo.pin();
        check(ssam_mask_refine(mask_of(mask), photo.image(), nullptr, &refined));
        return to_java(refined);
    });
}

jfloatArray JNICALL mask_plane(JNIEnv* env, jclass, jlong mask, jint candidate) {
    return guarded(env, [&] {
        const ssam_mask_info info = info_of(mask);
        const float* logits = ssam_mask_get_logits(mask_of(mask), candidate);
        if (logits == nullptr) {
            throw Failed{SSAM_ERROR_INVALID_ARGUMENT,
                         "there is no candidate " + std::to_string(candidate)};
        }
        const auto width = static_cast<size_t>(info.plane_width);
        return to_java(env, logits, width * static_cast<size_t>(info.plane_height));
    });
}

// `soft`: alpha 0...255; otherwise `value` inside.
void JNICALL mask_render(JNIEnv* env, jclass, jlong mask, jboolean soft, jint value, jobject store,
                         jint offset, jint size, jlong stride) {
    guarded(env, [&] {
        const ssam_mask_info info = info_of(mask);
        Pixels out(env, store, offset, size);
        out.pin();
        check_room(out, info.height, info.width, stride);
        check(soft == JNI_TRUE ? ssam_mask_render_alpha(mask_of(mask), nullptr, out.data(), stride)
                               : ssam_mask_render(mask_of(mask), static_cast<uint8_t>(value),
                                                  out.data(), stride));
    });
}

jfloatArray JNICALL mask_logits(JNIEnv* env, jclass, jlong mask) {
    return guarded(env, [&] {
        const ssam_mask_info info = info_of(mask);
        std::vector<float> logits(static_cast<size_t>(info.width) *
                                  static_cast<size_t>(info.height));
        java_size(logits.size());
        check(ssam_mask_render_logits(mask_of(mask), logits.data(), 0));
        return to_java(env, logits.data(), logits.size());
    });
}

ssam_cutout_options cutout_options(jboolean soft, jboolean premultiplied, jboolean crop) {
    ssam_cutout_options options = ssam_cutout_default_options();
    options.soft = soft == JNI_TRUE ? 1 : 0;
    options.premultiplied = premultiplied == JNI_TRUE ? 1 : 0;
    options.crop = crop == JNI_TRUE ? 1 : 0;
    return options;
}

std::vector<jint> cutout_rect(jlong mask, const ssam_cutout_options& options) {
    std::vector<jint> rect(4);
    check(ssam_mask_cutout_rect(mask_of(mask), &options, &rect[0], &rect[1], &rect[2], &rect[3]));
    return rect;
}

jintArray JNICALL mask_cutout_rect(JNIEnv* env, jclass, jlong mask, jboolean soft, jboolean crop) {
    return guarded(env, [&] {
        return to_java(env, cutout_rect(mask, cutout_options(soft, JNI_FALSE, crop)));
    });
}

void JNICALL mask_cutout(JNIEnv* env, jclass, jlong mask, jlongArray description, jobject source,
                         jobject chroma, jboolean soft, jboolean premultiplied, jboolean crop,
                         jobject store, jint offset, jint size, jlong stride) {
    guarded(env, [&] {
        const ssam_cutout_options options = cutout_options(soft, premultiplied, crop);
        const std::vector<jint> rect = cutout_rect(mask, options);
        PhotoPixels photo(env, description, source, chroma);
        Pixels out(env, store, offset, size);
        photo.pin();
        out.pin();
        check_room(out, rect[3], int64_t{4} * rect[2], stride);
        check(ssam_mask_cutout(mask_of(mask), photo.image(), &options, out.data(), stride));
    });
}

jintArray JNICALL mask_rle_counts(JNIEnv* env, jclass, jlong mask) {
    return guarded(env, [&] {
        size_t count = 0;
        check(ssam_mask_rle_counts(mask_of(mask), nullptr, 0, &count));
        std::vector<uint32_t> counts(count);
        check(ssam_mask_rle_counts(mask_of(mask), counts.data(), count, &count));
        return to_java(env, counts);
    });
}

jbyteArray JNICALL mask_rle_string(JNIEnv* env, jclass, jlong mask) {
    return guarded(env, [&] {
        size_t length = 0;
        check(ssam_mask_rle_string(mask_of(mask), nullptr, 0, &length));
        std::string text(length + 1, '\0');
        check(ssam_mask_rle_string(mask_of(mask), text.data(), text.size(), &length));
        return to_java(env, text.data(), length);
    });
}

jobjectArray JNICALL mask_contour(JNIEnv* env, jclass, jlong mask, jdouble epsilon) {
    return guarded(env, [&] {
        ssam_contour* contour = nullptr;
        check(ssam_mask_contour(mask_of(mask), epsilon, &contour));
        return take_rings(env, contour);
    });
}

}  // namespace

Methods mask_methods() {
    return {
        method("maskFree", "(J)V", mask_free),
        method("maskInfo", "(JLorg/squeezesam/Fields;)V", mask_info),
        method("maskScores", "(J)[F", mask_scores),
        method("maskPrompts", "(J)[D", mask_prompts),
        method("maskDerive", "(JIZJ)J", mask_derive),
        method("maskRefine", "(J[JLjava/lang/Object;Ljava/lang/Object;)J", mask_refine),
        method("maskPlane", "(JI)[F", mask_plane),
        method("maskRender", "(JZILjava/lang/Object;IIJ)V", mask_render),
        method("maskLogits", "(J)[F", mask_logits),
        method("maskCutoutRect", "(JZZ)[I", mask_cutout_rect),
        method("maskCutout", "(J[JLjava/lang/Object;Ljava/lang/Object;ZZZLjava/lang/Object;IIJ)V",
               mask_cutout),
        method("maskRleCounts", "(J)[I", mask_rle_counts),
        method("maskRleString", "(J)[B", mask_rle_string),
        method("maskContour", "(JD)[[F", mask_contour),
    };
}

}  // namespace ssam_jni
