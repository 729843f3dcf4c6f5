// The core's plain functions: bitmaps, outlines, run lengths.
#include <memory>
#include <string>

#include "arrays.h"
#include "contour.h"
#include "failure.h"
#include "methods.h"
#include "squeezesam/ssam.h"

namespace ssam_jni {

jobjectArray take_rings(JNIEnv* env, ssam_contour* contour) {
    const std::unique_ptr<ssam_contour, void (*)(ssam_contour*)> owner(contour, ssam_contour_free);
    const size_t count = ssam_contour_ring_count(contour);
    std::vector<float> parents(count);
    return to_java_objects(env, "[F", count + 1, [&](size_t i) {
        if (i == count) {
            return to_java(env, parents.data(), parents.size());
        }
        ssam_ring ring{};
        check(ssam_contour_get_ring(contour, i, &ring));
        parents[i] = static_cast<float>(ring.parent);
        return to_java(env, ring.points, 2 * ring.count);
    });
}

namespace {

// A bitmap without gaps, copied.
struct Bitmap {
    std::string bytes;
    jint width;
    jint height;

    Bitmap(JNIEnv* env, jbyteArray array, jint w, jint h)
        : bytes(string_of(env, array)), width(w), height(h) {
        const bool sound = w > 0 && h > 0 && int64_t{w} * h == static_cast<int64_t>(bytes.size());
        if (!sound) {
            throw Failed{SSAM_ERROR_INVALID_ARGUMENT,
                         "a bitmap of " + std::to_string(bytes.size()) + " bytes is not " +
                             std::to_string(w) + "x" + std::to_string(h)};
        }
    }

    const uint8_t* data() const { return reinterpret_cast<const uint8_t*>(bytes.data()); }
};

jbyteArray JNICALL keep_largest(JNIEnv* env, jclass, jbyteArray bytes, jint width, jint height) {
    return guarded(env, [&] {
        const Bitmap map(env, bytes, width, height);
        std::vector<uint8_t> out(map.bytes.size());
        check(ssam_bitmap_keep_largest(map.data(), width, height, 0, out.data()));
        return to_java(env, out);
    });
}

jbyteArray JNICALL fill_holes(JNIEnv* env, jclass, jbyteArray bytes, jint width, jint height,
                              jlong max_area) {
    return guarded(env, [&] {
        const Bitmap map(env, bytes, width, height);
        std::vector<uint8_t> out(map.bytes.size());
        check(ssam_bitmap_fill_holes(map.data(), width, height, 0, max_area, out.data()));
        return to_java(env, out);
    });
}

jobjectArray JNICALL contour(JNIEnv* env, jclass, jbyteArray bytes, jint width, jint height,
                             jdouble epsilon) {
    return guarded(env, [&] {
        const Bitmap map(env, bytes, width, height);
        ssam_contour* found = nullptr;
        check(ssam_bitmap_contour(map.data(), width, height, 0, epsilon, &found));
        return take_rings(env, found);
    });
}

jintArray JNICALL rle_counts(JNIEnv* env, jclass, jbyteArray bytes, jint width, jint height) {
    return guarded(env, [&] {
        const Bitmap map(env, bytes, width, height);
        size_t count = 0;
        check(ssam_bitmap_rle_counts(map.data(), width, height, 0, nullptr, 0, &count));
        std::vector<uint32_t> counts(count);
        check(ssam_bitmap_rle_counts(map.data(), width, height, 0, counts.data(), count, &count));
        return to_java(env, counts);
    });
}

jbyteArray JNICALL rle_to_string(JNIEnv* env, jclass, jintArray array) {
    return guarded(env, [&] {
        const std::vector<uint32_t> counts = counts_of(env, array);
        size_t length = 0;
        check(ssam_rle_to_string(counts.data(), counts.size(), nullptr, 0, &length));
        std::string text(length + 1, '\0');
        check(ssam_rle_to_string(counts.data(), counts.size(), text.data(), text.size(), &length));
        return to_java(env, text.data(), length);
    });
}

jintArray JNICALL rle_from_string(JNIEnv* env, jclass, jbyteArray array) {
    return guarded(env, [&] {
        const std::string text = string_of(env, array);
        size_t count = 0;
        check(ssam_rle_from_string(text.data(), text.size(), nullptr, 0, &count));
        std::vector<uint32_t> counts(count);
        check(ssam_rle_from_string(text.data(), text.size(), counts.data(), count, &count));
        return to_java(env, counts);
    });
}

jbyteArray JNICALL rle_decode(JNIEnv* env, jclass, jintArray array, jint width, jint height,
                              jint value) {
    return guarded(env, [&] {
        const std::vector<uint32_t> counts = counts_of(env, array);
        if (width < 1 || height < 1 || int64_t{width} * height > SSAM_MAX_PIXELS) {
            throw Failed{SSAM_ERROR_INVALID_ARGUMENT, std::to_string(width) + "x" +
                                                          std::to_string(height) +
                                                          " is not the size of a bitmap"};
        }
        std::vector<uint8_t> out(static_cast<size_t>(width) * static_cast<size_t>(height));
        check(ssam_rle_decode(counts.data(), counts.size(), width, height,
                              static_cast<uint8_t>(value), out.data()));
        return to_java(env, out);
    });
}

}  // namespace

Methods bitmap_methods() {
    return {
        method("bitmapKeepLargest", "([BII)[B", keep_largest),
        method("bitmapFillHoles", "([BIIJ)[B", fill_holes),
        method("bitmapContour", "([BIID)[[F", contour),
        method("bitmapRleCounts", "([BII)[I", rle_counts),
        method("rleToString", "([I)[B", rle_to_string),
        method("rleFromString", "([B)[I", rle_from_string),
        method("rleDecode", "([IIII)[B", rle_decode),
    };
}

}  // namespace ssam_jni
