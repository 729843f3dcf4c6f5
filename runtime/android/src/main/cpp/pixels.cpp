#include "pixels.h"

#include <string>

#include "failure.h"

namespace ssam_jni {
namespace {

jclass byte_array = nullptr;  // a global reference

int64_t bytes_a_pixel(int32_t format) {
    switch (format) {
        case SSAM_FORMAT_RGB:
            return 3;
        case SSAM_FORMAT_GRAY:
            return 1;
        default:
            return 4;
    }
}

}  // namespace

bool find_pixels(JNIEnv* env) {
    const jclass found = env->FindClass("[B");
    if (found == nullptr) {
        return false;
    }
    byte_array = static_cast<jclass>(env->NewGlobalRef(found));
    env->DeleteLocalRef(found);
    return byte_array != nullptr;
}

Pixels::Pixels(JNIEnv* env, jobject store, jint offset, jint size)
    : env_(env), offset_(offset), size_(size) {
    if (store == nullptr || offset < 0 || size < 0) {
        throw Failed{SSAM_ERROR_INVALID_ARGUMENT, "the buffer has no bytes"};
    }
    jlong capacity = 0;
    if (env->IsInstanceOf(store, byte_array) == JNI_TRUE) {
        array_ = static_cast<jbyteArray>(store);
        capacity = env->GetArrayLength(array_);
    } else {
        bytes_ = static_cast<uint8_t*>(env->GetDirectBufferAddress(store));
        capacity = bytes_ == nullptr ? 0 : env->GetDirectBufferCapacity(store);
    }
    if (jlong{offset} + size > capacity) {
        throw Failed{SSAM_ERROR_INVALID_ARGUMENT, "the range is outside the buffer"};
    }
}

Pixels::~Pixels() {
    if (array_ != nullptr && bytes_ != nullptr) {
        env_->ReleasePrimitiveArrayCritical(array_, bytes_, 0);
    }
}

void Pixels::pin() {
    if (array_ == nullptr) {
        return;
    }
    bytes_ = static_cast<uint8_t*>(env_->GetPrimitiveArrayCritical(array_, nullptr));
    if (bytes_ == nullptr) {
        throw Failed{SSAM_ERROR_OUT_OF_MEMORY, "out of memory"};
    }
}

ssam_image image_of(JNIEnv* env, jlongArray description) {
    jlong values[5] = {};
    env->GetLongArrayRegion(description, 0, 5, values);
    check_pending(env);
    ssam_image image{};
    image.width = static_cast<int32_t>(values[0]);
    image.height = static_cast<int32_t>(values[1]);
    image.stride = values[2];
    image.format = static_cast<int32_t>(values[3]);
    image.orientation = static_cast<int32_t>(values[4]);
    return image;
}

void attach(ssam_image* image, const Pixels& pixels) {
    image->data = pixels.data();
    int32_t width = 0;
    int32_t height = 0;
    check(ssam_oriented_size(image, &width, &height));
    check_room(pixels, image->height, image->width * bytes_a_pixel(image->format), image->stride);
}

void check_room(const Pixels& pixels, int64_t rows, int64_t row, int64_t stride) {
    if (stride == 0) {
        stride = row;
    }
    // Divided rather than multiplied: a huge stride must not wrap round.
    const int64_t gaps = rows - 1;
    const bool fits = row <= pixels.size() &&
                      (gaps == 0 || (stride >= row && (pixels.size() - row) / gaps >= stride));
    if (!fits) {
        throw Failed{SSAM_ERROR_INVALID_ARGUMENT,
                     "the buffer of " + std::to_string(pixels.size()) + " bytes is too small for " +
                         std::to_string(rows) + " rows of " + std::to_string(row) +
                         " bytes, one every " + std::to_string(stride)};
    }
}

}  // namespace ssam_jni
