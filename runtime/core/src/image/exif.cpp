// Sources: JEITA CP-3451 (Exif 2.3) section 4.5, TIFF 6.0 section 2, ITU-T T.81 annex B,
// PNG third edition section 11.3.2.6 (eXIf), RFC 9649 section 2.7.1.5 (WebP EXIF chunk).
#include "image/exif.h"

#include <cstring>

namespace ssam {
namespace {

// A stretch of bytes whose reads are all checked.
class Bytes {
 public:
    Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}

    size_t size() const { return size_; }

    bool has(size_t offset, size_t count) const {
        return offset <= size_ && count <= size_ - offset;
    }

    bool starts_with(size_t offset, const char* text, size_t count) const {
        return has(offset, count) && std::memcmp(data_ + offset, text, count) == 0;
    }

    // An unsigned number of `count` bytes; 0 when it would lie outside.
    uint32_t read(size_t offset, int count, bool big_endian) const {
        if (!has(offset, static_cast<size_t>(count))) {
            return 0;
        }
        uint32_t value = 0;
        for (int i = 0; i < count; ++i) {
            const int place = big_endian ? i : count - 1 - i;
            value = value << 8 | data_[offset + static_cast<size_t>(place)];
        }
        return value;
    }

    Bytes from(size_t offset, size_t count) const {
        if (offset > size_) {
            return {data_, 0};
        }
        return {data_ + offset, count < size_ - offset ? count : size_ - offset};
    }

 private:
    const uint8_t* data_;
    size_t size_;
};

constexpr uint32_t kOrientationTag = 0x0112;
constexpr uint32_t kShort = 3;
constexpr uint32_t kLong = 4;  // not what the standard says, but written by some tools
constexpr size_t kEntrySize = 12;
constexpr int kNone = 0;

bool is_tiff(const Bytes& bytes) {
    return bytes.starts_with(0, "II*\0", 4) || bytes.starts_with(0, "MM\0*", 4);
}

int from_tiff(const Bytes& tiff) {
    if (!is_tiff(tiff)) {
        return kNone;
    }
    const bool big = tiff.starts_with(0, "MM", 2);
    const size_t directory = tiff.read(4, 4, big);
    if (directory < 8 || !tiff.has(directory, 2)) {
        return kNone;
    }
    const uint32_t entries = tiff.read(directory, 2, big);
    for (uint32_t i = 0; i < entries; ++i) {
        const size_t entry = directory + 2 + i * kEntrySize;
        if (!tiff.has(entry, kEntrySize)) {
            return kNone;
        }
        if (tiff.read(entry, 2, big) != kOrientationTag) {
            continue;
        }
        const uint32_t type = tiff.read(entry + 2, 2, big);
        if (tiff.read(entry + 4, 4, big) != 1 || (type != kShort && type != kLong)) {
            return kNone;
        }
        const uint32_t value = tiff.read(entry + 8, type == kShort ? 2 : 4, big);
        return value >= 1 && value <= 8 ? static_cast<int>(value) : kNone;
    }
    return kNone;
}

int from_exif_block(const Bytes& block) {
    const bool prefixed = block.starts_with(0, "Exif\0\0", 6);
    return from_tiff(prefixed ? block.from(6, block.size()) : block);
}

int from_jpeg(const Bytes& jpeg) {
    size_t at = 2;
    while (jpeg.has(at, 2)) {
        if (jpeg.read(at, 1, true) != 0xFF) {
            return kNone;
        }
        const uint32_t marker = jpeg.read(at + 1, 1, true);
        if (marker == 0xFF) {  // fill byte
            ++at;
            continue;
        }
        at += 2;
        const bool standalone = marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8);
        if (standalone) {
            continue;
        }
        if (marker == 0xD9 || marker == 0xDA) {  // end of image, start of scan: no tags beyond
            return kNone;
        }
        const size_t length = jpeg.read(at, 2, true);
        if (length < 2) {
            return kNone;
        }
        if (marker == 0xE1 && jpeg.starts_with(at + 2, "Exif\0\0", 6)) {
            const int found = from_exif_block(jpeg.from(at + 2, length - 2));
            if (found != kNone) {
                return found;
            }
        }
        at += length;
    }
    return kNone;
}

int from_png(const Bytes& png) {
    size_t at = 8;
    while (png.has(at, 12)) {
        const size_t length = png.read(at, 4, true);
        if (png.starts_with(at + 4, "eXIf", 4)) {
            return from_exif_block(png.from(at + 8, length));
        }
        if (png.starts_with(at + 4, "IEND", 4) || !png.has(at + 12, length)) {
            return kNone;
        }
        at += 12 + length;
    }
    return kNone;
}

int from_webp(const Bytes& webp) {
    size_t at = 12;
    while (webp.has(at, 8)) {
        const size_t length = webp.read(at + 4, 4, false);
        if (webp.starts_with(at, "EXIF", 4)) {
            return from_exif_block(webp.from(at + 8, length));
        }
        const size_t padded = length + (length & 1);
        if (padded < length || !webp.has(at + 8, padded)) {
            return kNone;
        }
        at += 8 + padded;
    }
    return kNone;
}

}  // namespace

int exif_orientation(const uint8_t* data, size_t size) noexcept {
    if (data == nullptr) {
        return 1;
    }
    const Bytes bytes(data, size);
    int found = kNone;
    if (bytes.starts_with(0, "\xFF\xD8", 2)) {
        found = from_jpeg(bytes);
    } else if (bytes.starts_with(0, "\x89PNG\r\n\x1A\n", 8)) {
        found = from_png(bytes);
    } else if (bytes.starts_with(0, "RIFF", 4) && bytes.starts_with(8, "WEBP", 4)) {
        found = from_webp(bytes);
    } else {
        found = from_tiff(bytes);
    }
    return found == kNone ? 1 : found;
}

}  // namespace ssam
