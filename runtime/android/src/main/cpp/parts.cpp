// The core's plain functions: geometry, planes, saliency, digests.
#include <string>

#include "arrays.h"
#include "failure.h"
#include "methods.h"
#include "pixels.h"
#include "squeezesam/ssam.h"

namespace ssam_jni {
namespace {

size_t area_of(jint width, jint height) {
    if (width < 1 || height < 1) {
        throw Failed{
            SSAM_ERROR_INVALID_ARGUMENT,
            "a size is not positive: " + std::to_string(width) + "x" + std::to_string(height)};
    }
    return static_cast<size_t>(width) * static_cast<size_t>(height);
}

jint JNICALL exif_orientation(JNIEnv* env, jclass, jobject store, jint offset, jint size) {
    return guarded(env, [&] {
        Pixels bytes(env, store, offset, size);
        bytes.pin();
        return ssam_exif_orientation(bytes.data(), static_cast<size_t>(bytes.size()));
    });
}

jintArray JNICALL oriented_size(JNIEnv* env, jclass, jlongArray description, jobject store,
                                jobject chroma) {
    return guarded(env, [&] {
        std::vector<jint> found(2);
        {
            PhotoPixels photo(env, description, store, chroma);
            photo.pin();
            check(ssam_oriented_size(photo.image(), &found[0], &found[1]));
        }
        return to_java(env, found);
    });
}

// `out`: the photo upright, `rows` of `row_bytes`.
void JNICALL orient(JNIEnv* env, jclass, jlongArray description, jobject store, jobject chroma,
                    jint row_bytes, jint rows, jobject out_store, jint out_offset, jint out_size) {
    guarded(env, [&] {
        PhotoPixels photo(env, description, store, chroma);
        Pixels out(env, out_store, out_offset, out_size);
        photo.pin();
        out.pin();
        check_room(out, rows, row_bytes, 0);
        check(ssam_orient(photo.image(), out.data(), 0));
    });
}

jintArray JNICALL fit(JNIEnv* env, jclass, jint photo_width, jint photo_height, jint input_width,
                      jint input_height) {
    return guarded(env, [&] {
        std::vector<jint> size(2);
        check(ssam_fit(photo_width, photo_height, input_width, input_height, &size[0], &size[1]));
        return to_java(env, size);
    });
}

jbyteArray JNICALL resize(JNIEnv* env, jclass, jlongArray description, jobject store,
                          jobject chroma, jint width, jint height) {
    return guarded(env, [&] {
        std::vector<uint8_t> rgb(3 * area_of(width, height));
        {
            PhotoPixels photo(env, description, store, chroma);
            photo.pin();
            check(ssam_resize(photo.image(), width, height, rgb.data()));
        }
        return to_java(env, rgb);
    });
}

jfloatArray JNICALL draw_planes(JNIEnv* env, jclass, jfloatArray points, jfloatArray labels,
                                jint width, jint height, jdouble radius, jfloat box_default) {
    return guarded(env, [&] {
        const std::vector<float> xy = floats_of(env, points);
        const std::vector<float> kinds = floats_of(env, labels);
        if (xy.size() != 2 * kinds.size()) {
            throw Failed{SSAM_ERROR_INVALID_ARGUMENT,
                         std::to_string(kinds.size()) + " labels need twice as many numbers, not " +
                             std::to_string(xy.size())};
        }
        std::vector<float> planes(2 * area_of(width, height));
        check(ssam_draw_planes(xy.data(), kinds.data(), kinds.size(), width, height, radius,
                               box_default, planes.data()));
        return to_java(env, planes.data(), planes.size());
    });
}

jbyteArray JNICALL logits_to_heat(JNIEnv* env, jclass, jfloatArray logits) {
    return guarded(env, [&] {
        const std::vector<float> given = floats_of(env, logits);
        std::vector<uint8_t> heat(given.size());
        check(ssam_logits_to_heat(given.data(), given.size(), heat.data()));
        return to_java(env, heat);
    });
}

// Threshold, area, peak, then x, y of every click.
jdoubleArray JNICALL salient_clicks(JNIEnv* env, jclass, jint width, jint height, jobject store,
                                    jint offset, jint size) {
    return guarded(env, [&] {
        ssam_saliency found{};
        area_of(width, height);
        {
            Pixels heat(env, store, offset, size);
            heat.pin();
            check_room(heat, height, width, 0);
            check(ssam_salient_clicks(heat.data(), width, height, 0, &found));
        }
        std::vector<double> numbers = {double(found.threshold), static_cast<double>(found.area),
                                       double(found.peak)};
        for (int32_t i = 0; i < found.count; ++i) {
            numbers.push_back(found.x[i]);
            numbers.push_back(found.y[i]);
        }
        return to_java(env, numbers);
    });
}

jfloatArray JNICALL upsample(JNIEnv* env, jclass, jfloatArray plane, jint plane_width,
                             jint plane_height, jdouble valid_width, jdouble valid_height,
                             jint width, jint height) {
    return guarded(env, [&] {
        const std::vector<float> given = floats_of(env, plane);
        if (given.size() != area_of(plane_width, plane_height)) {
            throw Failed{SSAM_ERROR_INVALID_ARGUMENT,
                         "the plane has not plane_width x "
                         "plane_height values"};
        }
        std::vector<float> large(area_of(width, height));
        check(ssam_upsample(given.data(), plane_width, plane_height, valid_width, valid_height,
                            width, height, large.data()));
        return to_java(env, large.data(), large.size());
    });
}

jbyteArray JNICALL digest(JNIEnv* env, jclass, jobject store, jint offset, jint size) {
    return guarded(env, [&] {
        char hex[65] = "";
        {
            Pixels bytes(env, store, offset, size);
            bytes.pin();
            check(ssam_sha256(bytes.data(), static_cast<size_t>(bytes.size()), hex));
        }
        return to_java(env, std::string(hex));
    });
}

}  // namespace

Methods part_methods() {
    return {
        method("exifOrientation", "(Ljava/lang/Object;II)I", exif_orientation),
        method("orientedSize", "([JLjava/lang/Object;Ljava/lang/Object;)[I", oriented_size),
        method("orient", "([JLjava/lang/Object;Ljava/lang/Object;IILjava/lang/Object;II)V", orient),
        method("fit", "(IIII)[I", fit),
        method("resize", "([JLjava/lang/Object;Ljava/lang/Object;II)[B", resize),
        method("drawPlanes", "([F[FIIDF)[F", draw_planes),
        method("logitsToHeat", "([F)[B", logits_to_heat),
        method("salientClicks", "(IILjava/lang/Object;II)[D", salient_clicks),
        method("upsample", "([FIIDDII)[F", upsample),
        method("sha256", "(Ljava/lang/Object;II)[B", digest),
    };
}

}  // namespace ssam_jni
