// Takes values off the bytes that libFuzzer makes up, and says what must hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace fuzz {

// Past the end everything is 0.
class Input {
 public:
    Input(const uint8_t* data, size_t size) : data_(data), size_(size) {}

    bool empty() const { return size_ == 0; }

    template <typename T>
    T take() {
        T value{};
        const size_t count = size_ < sizeof value ? size_ : sizeof value;
        if (count > 0) {
            std::memcpy(&value, data_, count);
        }
        data_ += count;
        size_ -= count;
        return value;
    }

    // 0 ... limit - 1
    int below(int limit) { return take<uint16_t>() % limit; }

    // So many bytes, the missing ones 0.
    std::vector<uint8_t> bytes(size_t count) {
        std::vector<uint8_t> taken(count);
        const size_t there = size_ < count ? size_ : count;
        if (there > 0) {
            std::memcpy(taken.data(), data_, there);
        }
        data_ += there;
        size_ -= there;
        return taken;
    }

 private:
    const uint8_t* data_;
    size_t size_;
};

inline void must(bool condition, const char* what) {
    if (!condition) {
        std::fprintf(stderr, "does not hold: %s\n", what);
        std::abort();
    }
}

}  // namespace fuzz
