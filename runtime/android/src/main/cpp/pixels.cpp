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
        case SSAM_FORMAT_RGBA:
        case SSAM_FORMAT_BGRA:
        case SSAM_FORMAT_RGBA_STRAIGHT:
        case SSAM_FORMAT_BGRA_STRAIGHT:
            return 4;
        default:
            return 1;  // grey, or the luma of two planes
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

PhotoPixels::PhotoPixels(JNIEnv* env, jlongArray description, jobject store, jobject chroma) {
    env->GetLongArrayRegion(description, 0, 12, values_);
    check_pending(env);
    image_.width = static_cast<int32_t>(values_[0]);
    image_.height = static_cast<int32_t>(values_[1]);
    image_.stride = values_[2];
    image_.format = static_cast<int32_t>(values_[3]);
    image_.orientation = static_cast<int32_t>(values_[4]);
    pixels_.emplace(env, store, static_cast<jint>(values_[5]), static_cast<jint>(values_[6]));
    if (chroma != nullptr) {
        chroma_.emplace(env, chroma, static_cast<jint>(values_[10]),
                        static_cast<jint>(values_[11]));
    }
}

void PhotoPixels::pin() {
    pixels_->pin();
    image_.data = pixels_->data();
    if (chroma_) {
        chroma_->pin();
        image_.chroma = chroma_->data();
        image_.chroma_stride = values_[7];
        image_.range = static_cast<int32_t>(values_[8]);
        image_.matrix = static_cast<int32_t>(values_[9]);
    }
    int32_t width = 0;
    int32_t height = 0;
    check(ssam_oriented_size(&image_, &width, &height));
    check_room(*pixels_, image_.height, image_.width * bytes_a_pixel(image_.format), image_.stride);
    if (chroma_) {
        check_room(*chroma_, (int64_t{image_.height} + 1) / 2, (int64_t{image_.width} + 1) / 2 * 2,
                   values_[7]);
    }
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
