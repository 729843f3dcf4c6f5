// The orientation tag, sound and hostile.
#include <cstdint>
#include <string>
#include <vector>

#include "runner.h"
#include "squeezesam/ssam.h"

namespace {

using Bytes = std::string;

Bytes number(uint32_t value, int count, bool big_endian) {
    Bytes out;
    for (int i = 0; i < count; ++i) {
        const int shift = 8 * (big_endian ? count - 1 - i : i);
        out.push_back(static_cast<char>(value >> shift & 0xFF));
    }
    return out;
}

// A TIFF block with a Make tag before the orientation.
Bytes tiff(uint32_t orientation, bool big, uint32_t type = 3, uint32_t count = 1) {
    const Bytes value =
        type == 3 ? number(orientation, 2, big) + Bytes(2, '\0') : number(orientation, 4, big);
    return Bytes(big ? "MM" : "II") + number(42, 2, big) + number(8, 4, big) + number(2, 2, big) +
           number(0x010F, 2, big) + number(2, 2, big) + number(2, 4, big) + Bytes("a\0\0\0", 4) +
           number(0x0112, 2, big) + number(type, 2, big) + number(count, 4, big) + value +
           number(0, 4, big);
}

Bytes jpeg(const Bytes& exif) {
    const Bytes block = Bytes("Exif\0\0", 6) + exif;
    return Bytes("\xFF\xD8", 2) + Bytes("\xFF\xE0\x00\x04JF", 6) + Bytes("\xFF\xFF\xE1", 3) +
           number(static_cast<uint32_t>(block.size() + 2), 2, true) + block +
           Bytes("\xFF\xDA\x00\x02", 4);
}

Bytes png(const Bytes& exif) {
    const auto chunk = [](const char* name, const Bytes& body) {
        return number(static_cast<uint32_t>(body.size()), 4, true) + name + body + Bytes(4, '\0');
    };
    return Bytes("\x89PNG\r\n\x1A\n") + chunk("IHDR", Bytes(13, '\0')) + chunk("IDAT", "abc") +
           chunk("eXIf", exif) + chunk("IEND", "");
}

Bytes webp(const Bytes& exif) {
    const auto chunk = [](const char* name, const Bytes& body) {
        return name + number(static_cast<uint32_t>(body.size()), 4, false) + body +
               Bytes(body.size() % 2, '\0');
    };
    const Bytes chunks =
        chunk("VP8X", Bytes(10, '\0')) + chunk("VP8 ", "odd") + chunk("EXIF", exif);
    return "RIFF" + number(static_cast<uint32_t>(chunks.size() + 4), 4, false) + "WEBP" + chunks;
}

int read(const Bytes& bytes) {
    // A copy of just the right size, so that the address sanitizer sees every byte too far.
    const std::vector<uint8_t> exact(bytes.begin(), bytes.end());
    return ssam_exif_orientation(exact.data(), exact.size());
}

}  // namespace

TEST("the orientation is found in every container and byte order") {
    for (uint32_t orientation = 1; orientation <= 8; ++orientation) {
        const int wanted = static_cast<int>(orientation);
        for (const bool big : {false, true}) {
            const Bytes exif = tiff(orientation, big);
            CHECK_EQ(read(exif), wanted);
            CHECK_EQ(read(jpeg(exif)), wanted);
            CHECK_EQ(read(png(exif)), wanted);
            CHECK_EQ(read(webp(exif)), wanted);
            CHECK_EQ(read(webp(Bytes("Exif\0\0", 6) + exif)), wanted);
            CHECK_EQ(read(tiff(orientation, big, 4)), wanted);
        }
    }
}

TEST("an orientation that makes no sense counts as none") {
    CHECK_EQ(read(jpeg(tiff(0, true))), 1);
    CHECK_EQ(read(jpeg(tiff(9, true))), 1);
    CHECK_EQ(read(jpeg(tiff(6, true, 2))), 1);  // as text
    CHECK_EQ(read(jpeg(tiff(6, true, 7))), 1);  // as bytes of no type
    CHECK_EQ(read(jpeg("II*\0")), 1);
    CHECK_EQ(read("not a photo at all"), 1);
    CHECK_EQ(read(""), 1);
    CHECK_EQ(ssam_exif_orientation(nullptr, 0), 1);
}

TEST("what the standards leave open is decided as Pillow decides it") {
    CHECK_EQ(read(jpeg(tiff(6, true, 3, 2))), 6);  // two of them: the first counts
    const Bytes none = tiff(6, false).replace(22, 2, number(0x0113, 2, false));
    const Bytes segment = Bytes("Exif\0\0", 6) + tiff(6, false);
    const Bytes second =
        Bytes("\xFF\xE1", 2) + number(static_cast<uint32_t>(segment.size() + 2), 2, true) + segment;
    Bytes file = jpeg(none);
    CHECK_EQ(read(file.insert(file.size() - 4, second)), 1);  // a second block continues the first
    const Bytes xmp = Bytes("http://ns.adobe.com/xap/1.0/\0tiff:Orientation=\"6\"", 49);
    const Bytes packet =
        Bytes("\xFF\xE1", 2) + number(static_cast<uint32_t>(xmp.size() + 2), 2, true) + xmp;
    CHECK_EQ(read(file.insert(file.size() - 4, packet)), 6);  // XMP, where EXIF does not say
}

TEST("photos cut off or changed anywhere are read without a step outside") {
    uint32_t seed = 1;
    for (const Bytes& whole :
         {tiff(6, true), jpeg(tiff(6, false)), png(tiff(6, true)), webp(tiff(6, false))}) {
        for (size_t length = 0; length <= whole.size(); ++length) {
            const int found = read(whole.substr(0, length));
            CHECK(found == 1 || found == 6);
        }
        for (int i = 0; i < 3000; ++i) {
            Bytes changed = whole;
            for (int flips = 0; flips < 3; ++flips) {
                seed = seed * 1664525u + 1013904223u;
                changed[(seed >> 8) % changed.size()] = static_cast<char>(seed >> 24);
            }
            const int found = read(changed);
            REQUIRE(found >= 1 && found <= 8);
        }
    }
}

TEST("a directory that points at itself or far away ends the search") {
    Bytes far = tiff(6, false);
    far.replace(4, 4, number(0xFFFFFFFF, 4, false));
    CHECK_EQ(read(far), 1);
    far.replace(4, 4, number(0, 4, false));
    CHECK_EQ(read(far), 1);
    Bytes many = tiff(6, false);
    many.replace(8, 2, number(0xFFFF, 2, false));
    many.replace(22, 2, number(0x0113, 2, false));
    CHECK_EQ(read(many), 1);
}
