// Sources: JEITA CP-3451 (Exif 2.3) section 4.5, TIFF 6.0 section 2, ITU-T T.81 annex B,
// PNG third edition section 11.3.2.6 (eXIf), RFC 9649 section 2.7.1.5 (WebP EXIF chunk), XMP
// part 3. What the standards leave open is decided as Pillow decides it
// (tests/runtime/test_photo_exif.py).
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
constexpr size_t kEntrySize = 12;
constexpr int kNone = 0;     // the block says nothing: XMP may
constexpr int kInvalid = 1;  // it says something that turns nothing

// Bytes of one value of each TIFF type; 0 for unknown ones.
size_t type_size(uint32_t type) {
    constexpr uint8_t kSizes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8};
    return type < sizeof kSizes ? kSizes[type] : 0;
}

// The first value as an orientation, whatever its type, as Pillow compares it: bytes and text are
// no numbers; rationals and floats are, where they are whole.
int orientation(const Bytes& value, uint32_t type, bool big) {
    const uint32_t first = value.read(0, type == 3 || type == 8 ? 2 : 4, big);
    const uint32_t second = value.read(4, 4, big);
    double number = 0;
    if (type == 3 || type == 4 || type == 8 || type == 9 || type == 13) {
        number = first;
    } else if (type == 6) {
        number = value.read(0, 1, big);
    } else if ((type == 5 || type == 10) && second != 0) {
        number = static_cast<double>(first) / second;
    } else if (type == 16) {
        number = (big ? first : second) == 0 ? (big ? second : first) : 0;
    } else if (type == 11) {
        float read = 0;
        std::memcpy(&read, &first, sizeof read);
        number = static_cast<double>(read);
    } else if (type == 12) {
        const uint64_t bits = big ? uint64_t{first} << 32 | second : uint64_t{second} << 32 | first;
        std::memcpy(&number, &bits, sizeof number);
    }
    for (int known = 1; known <= 8; ++known) {
        if (number == known) {
            return known;
        }
    }
    return kInvalid;
}

// Both orders of the magic number are in use; Pillow takes all four.
bool is_tiff(const Bytes& bytes) {
    return bytes.starts_with(0, "II*\0", 4) || bytes.starts_with(0, "MM\0*", 4) ||
           bytes.starts_with(0, "II\0*", 4) || bytes.starts_with(0, "MM*\0", 4);
}

// What the first directory says. Of equal tags the first counts; a value that the block has no room
// for, all values before it counted, is skipped; reading stops at one that lies outside.
int from_tiff(const Bytes& tiff) {
    if (!is_tiff(tiff)) {
        return kInvalid;
    }
    const bool big = tiff.starts_with(0, "MM", 2);
    const size_t directory = tiff.read(4, 4, big);
    if (!tiff.has(directory, 2)) {
        return kNone;
    }
    uint64_t far_values = 0;
    const uint32_t entries = tiff.read(directory, 2, big);
    for (uint32_t i = 0; i < entries; ++i) {
        const size_t entry = directory + 2 + i * kEntrySize;
        if (!tiff.has(entry, kEntrySize)) {
            break;
        }
        const uint32_t type = tiff.read(entry + 2, 2, big);
        const uint64_t size = uint64_t{tiff.read(entry + 4, 4, big)} * type_size(type);
        if (size == 0) {
            continue;
        }
        far_values += size > 4 ? size : 0;
        if (size > 4 && far_values > tiff.size()) {
            continue;
        }
        const size_t at = size > 4 ? tiff.read(entry + 8, 4, big) : entry + 8;
        if (!tiff.has(at, static_cast<size_t>(size))) {
            break;
        }
        if (tiff.read(entry, 2, big) == kOrientationTag) {
            return orientation(tiff.from(at, static_cast<size_t>(size)), type, big);
        }
    }
    return kNone;
}

int from_exif_block(Bytes block) {
    while (block.starts_with(0, "Exif\0\0", 6)) {
        block = block.from(6, block.size());
    }
    return block.size() == 0 ? kNone : from_tiff(block);
}

// tiff:Orientation="6" or <tiff:Orientation>6<: Pillow's search, by text.
int from_xmp(const Bytes& xmp) {
    constexpr size_t kName = 16;
    for (size_t at = 0; xmp.has(at, kName + 2); ++at) {
        if (!xmp.starts_with(at, "tiff:Orientation", kName)) {
            continue;
        }
        const size_t value = at + kName + (xmp.starts_with(at + kName, "=\"", 2) ? 2 : 1);
        const bool set = value == at + kName + 2 || xmp.starts_with(at + kName, ">", 1);
        const uint32_t digit = xmp.read(value, 1, true);
        if (set && digit >= '0' && digit <= '9') {
            return digit >= '1' && digit <= '8' ? static_cast<int>(digit - '0') : kInvalid;
        }
    }
    return kNone;
}

// A file's block and its XMP; XMP counts where the block does not say.
struct Found {
    int exif = kNone;
    int xmp = kNone;

    int orientation() const { return exif != kNone ? exif : xmp != kNone ? xmp : kInvalid; }
};

constexpr size_t kXmpName = 29;  // with its zero

bool is_xmp(const Bytes& bytes, size_t at) {
    return bytes.starts_with(at, "http://ns.adobe.com/xap/1.0/", kXmpName);
}

Found from_jpeg(const Bytes& jpeg) {
    Found found;
    bool first = true;
    size_t at = 2;
    while (jpeg.has(at, 2)) {
        if (jpeg.read(at, 1, true) != 0xFF) {
            break;
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
            break;
        }
        const size_t length = jpeg.read(at, 2, true);
        if (length < 2) {
            break;
        }
        const Bytes body = jpeg.from(at + 2, length - 2);
        // Further Exif segments continue the first: its directory is what counts.
        if (marker == 0xE1 && first && body.starts_with(0, "Exif\0\0", 6)) {
            found.exif = from_exif_block(body);
            first = false;
        } else if (marker == 0xE1 && is_xmp(body, 0)) {
            found.xmp = from_xmp(body.from(kXmpName, body.size()));
        }
        at += length;
    }
    return found;
}

Found from_png(const Bytes& png) {
    Found found;
    size_t at = 8;
    while (png.has(at, 12)) {
        const size_t length = png.read(at, 4, true);
        const Bytes body = png.from(at + 8, length);
        if (png.starts_with(at + 4, "eXIf", 4)) {
            found.exif = from_exif_block(body);
        } else if (png.starts_with(at + 4, "iTXt", 4) &&
                   body.starts_with(0, "XML:com.adobe.xmp\0\0", 19)) {
            found.xmp = from_xmp(body);
        }
        if (png.starts_with(at + 4, "IEND", 4) || !png.has(at + 12, length)) {
            break;
        }
        at += 12 + length;
    }
    return found;
}

Found from_webp(const Bytes& webp) {
    Found found;
    size_t at = 12;
    while (webp.has(at, 8)) {
        const size_t length = webp.read(at + 4, 4, false);
        if (webp.starts_with(at, "EXIF", 4)) {
            found.exif = from_exif_block(webp.from(at + 8, length));
        } else if (webp.starts_with(at, "XMP ", 4)) {
            found.xmp = from_xmp(webp.from(at + 8, length));
        }
        const size_t padded = length + (length & 1);
        if (padded < length || !webp.has(at + 8, padded)) {
            break;
        }
        at += 8 + padded;
    }
    return found;
}

}  // namespace

int exif_orientation(const uint8_t* data, size_t size) noexcept {
    if (data == nullptr) {
        return 1;
    }
    const Bytes bytes(data, size);
    if (bytes.starts_with(0, "\xFF\xD8", 2)) {
        return from_jpeg(bytes).orientation();
    }
    if (bytes.starts_with(0, "\x89PNG\r\n\x1A\n", 8)) {
        return from_png(bytes).orientation();
    }
    if (bytes.starts_with(0, "RIFF", 4) && bytes.starts_with(8, "WEBP", 4)) {
        return from_webp(bytes).orientation();
    }
    return Found{from_tiff(bytes), kNone}.orientation();
}

}  // namespace ssam
