// Bytes that Java owns, for the length of a call: a direct ByteBuffer or a byte array.
#pragma once

#include <jni.h>

#include <cstdint>
#include <optional>

#include "squeezesam/ssam.h"

namespace ssam_jni {

// Finds the class of byte arrays. Called once, by JNI_OnLoad.
bool find_pixels(JNIEnv* env);

// `store`: a direct java.nio.ByteBuffer or a byte[]; `offset` and `size` in bytes inside it. Make
// every one that a call needs, then pin them all: from then on, until the first is destroyed, no
// other JNI call may be made.
class Pixels {
 public:
    Pixels(JNIEnv* env, jobject store, jint offset, jint size);
    ~Pixels();
    Pixels(const Pixels&) = delete;
    Pixels& operator=(const Pixels&) = delete;

    void pin();
    uint8_t* data() const { return bytes_ + offset_; }  // once pinned
    int64_t size() const { return size_; }

 private:
    JNIEnv* env_;
    jbyteArray array_ = nullptr;
    uint8_t* bytes_ = nullptr;
    jint offset_;
    jint size_;
};

// A photo that Java owns, for the length of a call.
class PhotoPixels {
 public:
    // `description`: width, height, stride, format, orientation, offset, size; then chroma's
    // stride, range, matrix, chroma's offset and size. `chroma` is null for formats with one plane.
    PhotoPixels(JNIEnv* env, jlongArray description, jobject store, jobject chroma);

    // Pins the pixels and lays the description over them; Failed, with the core's sentence for a
    // bad description and ours for too few bytes.
    void pin();
    const ssam_image* image() const { return &image_; }  // once pinned

 private:
    ssam_image image_{};
    jlong values_[12] = {};
    std::optional<Pixels> pixels_;
    std::optional<Pixels> chroma_;
};

// Failed unless `rows` rows of `row` bytes, `stride` apart, fit in the pixels. Stride 0: no gaps.
void check_room(const Pixels& pixels, int64_t rows, int64_t row, int64_t stride);

}  // namespace ssam_jni
