// JPEG: ITU-T T.81 annex B. PNG: W3C PNG, third edition, section 5. PPM: netpbm's P6.
#include "container.h"

#include <zlib.h>

#include <cctype>
#include <cstring>

#include "failure.h"
#include "squeezesam/ssam.h"

namespace cli {
namespace {

using Bytes = std::vector<uint8_t>;

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
    throw Failure(name + ": " + why);
}

std::string truncation(const char* kind) {
    return std::string("the ") + kind + " file is truncated; part of the photo is missing";
}

[[noreturn]] void truncated(const std::string& name, const char* kind) {
    refuse(name, truncation(kind));
}

bool has(const Bytes& data, size_t at, const char* text, size_t count) {
    return at <= data.size() && count <= data.size() - at &&
           std::memcmp(data.data() + at, text, count) == 0;
}

uint32_t big_endian(const Bytes& data, size_t at, int count) {
    uint32_t value = 0;
    for (int i = 0; i < count; ++i) {
        value = value << 8 | data[at + static_cast<size_t>(i)];
    }
    return value;
}

// The next marker from `at` on: 0xFF (perhaps repeated) and a byte that is neither a stuffed zero
// nor a restart. Returns it and moves `at` behind it; 0 at the end of the data.
int next_marker(const Bytes& data, size_t& at) {
    for (; at + 1 < data.size(); ++at) {
        const int code = data[at + 1];
        if (data[at] == 0xFF && code != 0 && code != 0xFF && !(code >= 0xD0 && code <= 0xD7)) {
            at += 2;
            return code;
        }
    }
    return 0;
}

Container inspect_jpeg(const Bytes& data, const std::string& name) {
    Container found{Format::kJpeg, 0, 0, 0, {}};
    bool measured = false;
    size_t at = 2;
    while (true) {
        const int marker = next_marker(data, at);
        if (marker == 0 && measured) {
            found.damage = truncation("JPEG");
            break;
        }
        if (marker == 0) {
            truncated(name, "JPEG");
        }
        if (marker == 0xD9) {
            break;
        }
        if (marker == 0x01 || marker == 0xD8) {
            continue;
        }
        if (at + 2 > data.size()) {
            if (measured) {
                found.damage = truncation("JPEG");
                break;
            }
            truncated(name, "JPEG");
        }
        const size_t length = big_endian(data, at, 2);
        if (length < 2 || length > data.size() - at) {
            if (measured) {
                found.damage = truncation("JPEG");
                break;
            }
            truncated(name, "JPEG");
        }
        const bool frame =
            marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        if (frame && length >= 8) {
            found.height = big_endian(data, at + 3, 2);
            found.width = big_endian(data, at + 5, 2);
            measured = true;
        }
        at += length;
    }
    if (!measured) {
        refuse(name, "the JPEG file contains no picture");
    }
    return found;
}

Container inspect_png(const Bytes& data, const std::string& name) {
    Container found{Format::kPng, 0, 0, 0, {}};
    size_t at = 8;
    while (true) {
        const size_t length = data.size() - at < 12 ? 0 : big_endian(data, at, 4);
        if (data.size() - at < 12 || length > data.size() - at - 12) {
            if (found.width == 0) {
                truncated(name, "PNG");
            }
            found.damage = found.damage.empty() ? truncation("PNG") : found.damage;
            return found;
        }
        const uint32_t checksum = big_endian(data, at + 8 + length, 4);
        if (found.damage.empty() &&
            crc32(0, data.data() + at + 4, static_cast<uInt>(length + 4)) != checksum) {
            const std::string kind(data.begin() + static_cast<ptrdiff_t>(at) + 4,
                                   data.begin() + static_cast<ptrdiff_t>(at) + 8);
            found.damage = "the PNG file is damaged (chunk '" + kind + "' fails its checksum)";
        }
        if (has(data, at + 4, "IHDR", 4) && length >= 8) {
            found.width = big_endian(data, at + 8, 4);
            found.height = big_endian(data, at + 12, 4);
        }
        if (has(data, at + 4, "IEND", 4)) {
            return found;
        }
        at += 12 + length;
    }
}

// A number of a PPM's head; comments run from # to the end of the line.
int64_t ppm_number(const Bytes& data, size_t& at, const std::string& name) {
    while (at < data.size() && (std::isspace(data[at]) != 0 || data[at] == '#')) {
        if (data[at] == '#') {
            while (at < data.size() && data[at] != '\n') {
                ++at;
            }
        } else {
            ++at;
        }
    }
    int64_t value = 0;
    const size_t begin = at;
    while (at < data.size() && at - begin < 9 && std::isdigit(data[at]) != 0) {
        value = value * 10 + (data[at++] - '0');
    }
    if (at == begin) {
        truncated(name, "PPM");
    }
    return value;
}

Container inspect_ppm(const Bytes& data, const std::string& name) {
    size_t at = 2;
    Container found{Format::kPpm, 0, 0, 0, {}};
    found.width = ppm_number(data, at, name);
    found.height = ppm_number(data, at, name);
    if (ppm_number(data, at, name) != 255) {
        refuse(name, "the PPM file does not have 8 bits a channel");
    }
    // By division: the product of two sides of a PNG does not fit into 64 bits with a sign.
    if (found.width > SSAM_MAX_PIXELS / found.height) {
        return found;  // refused for its size, like all others
    }
    found.pixels_at = at + 1;  // one white space ends the head
    if (data.size() - at < static_cast<size_t>(found.width * found.height * 3) + 1) {
        truncated(name, "PPM");
    }
    return found;
}

const char* foreign_format(const Bytes& data) {
    if (has(data, 4, "ftyp", 4)) {
        const char* const brands[][2] = {{"avif", "AVIF"}, {"avis", "AVIF"}, {"heic", "HEIC"},
                                         {"heix", "HEIC"}, {"heim", "HEIC"}, {"heis", "HEIC"},
                                         {"mif1", "HEIF"}, {"msf1", "HEIF"}};
        for (const auto& brand : brands) {
            if (has(data, 8, brand[0], 4)) {
                return brand[1];
            }
        }
    }
    if (has(data, 0, "GIF87a", 6) || has(data, 0, "GIF89a", 6)) {
        return "GIF";
    }
    if (has(data, 0, "RIFF", 4) && has(data, 8, "WEBP", 4)) {
        return "WebP";
    }
    if (has(data, 0, "II*\0", 4) || has(data, 0, "MM\0*", 4)) {
        return "TIFF";
    }
    return has(data, 0, "BM", 2) && has(data, 6, "\0\0\0\0", 4) ? "BMP" : nullptr;
}

void check_size(const Container& found, const std::string& name) {
    const std::string size =
        std::to_string(found.width) + "\xC3\x97" + std::to_string(found.height);
    if (found.width < 1 || found.height < 1) {
        refuse(name, "the photo has no pixels (" + size + ")");
    }
    // By division: the product of two sides of a PNG does not fit into 64 bits with a sign.
    if (found.width > SSAM_MAX_PIXELS / found.height) {
        refuse(name, size + " is more than the " +
                         std::to_string((SSAM_MAX_PIXELS + 500000) / 1000000) +
                         " megapixels that squeezesam takes; make it smaller first");
    }
}

Container recognise(const Bytes& data, const std::string& name) {
    constexpr const char* kReadable = "JPEG, PNG and PPM";
    if (data.empty()) {
        refuse(name, "the file is empty");
    }
    if (has(data, 0, "\xFF\xD8\xFF", 3)) {
        return inspect_jpeg(data, name);
    }
    if (has(data, 0, "\x89PNG\r\n\x1A\n", 8)) {
        return inspect_png(data, name);
    }
    if (has(data, 0, "P6", 2)) {
        return inspect_ppm(data, name);
    }
    if (const char* foreign = foreign_format(data)) {
        refuse(name, std::string(foreign) + " pictures are not supported; convert it to one of " +
                         kReadable);
    }
    refuse(name, std::string("not a photo that squeezesam can read (") + kReadable + ")");
}

}  // namespace

Container inspect(const Bytes& data, const std::string& name, bool accept_damaged) {
    const Container found = recognise(data, name);
    if (!found.damage.empty() && !accept_damaged) {
        refuse(name, found.damage);
    }
    check_size(found, name);
    return found;
}

}  // namespace cli
