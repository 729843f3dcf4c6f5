// ICC.1:2022, 7.3 (tag table), 10.10 to 10.12 (lut8, lut16, lutAToB, lutBToA), 10.16 (elements).
#include "profile.h"

#include <cstddef>
#include <cstring>

namespace cli {
namespace {

using Bytes = std::vector<uint8_t>;

// LittleCMS takes no more of either.
constexpr size_t kMostInputs = 16;
constexpr size_t kMostTags = 100;

// A piece of the profile; reading beyond its end gives zeros.
struct Piece {
    const Bytes& whole;
    size_t begin;
    size_t size;

    size_t number(size_t at, size_t bytes) const {
        size_t value = 0;
        for (size_t i = at; i < at + bytes; ++i) {
            value = value << 8 | (i < size ? whole[begin + i] : 0);
        }
        return value;
    }
    bool is(const char* kind) const {
        return size >= 4 && std::memcmp(whole.data() + begin, kind, 4) == 0;
    }
    // Empty where it does not lie inside.
    Piece part(size_t at, size_t count) const {
        const bool inside = at <= size && count <= size - at;
        return inside ? Piece{whole, begin + at, count} : Piece{whole, 0, 0};
    }
    Piece rest(size_t at) const { return part(at, at <= size ? size - at : 0); }
};

// Whether the values of a grid have room: `grid` tells the points of each input.
template <typename Grid>
bool has_room(const Piece& piece, size_t inputs, size_t outputs, size_t width, Grid grid) {
    if (inputs > kMostInputs) {
        return false;
    }
    size_t values = outputs * width;
    for (size_t i = 0; i < inputs && values <= piece.size; ++i) {
        values *= grid(i);
    }
    return values <= piece.size;
}

// A grid whose points stand in 16 bytes, one an input.
bool listed_grid_fits(const Piece& table, size_t inputs, size_t outputs, size_t width) {
    return has_room(table, inputs, outputs, width, [&](size_t i) { return table.number(i, 1); });
}

bool tag_fits(const Piece& tag) {
    const size_t inputs = tag.number(8, 1);
    const size_t outputs = tag.number(9, 1);
    if (tag.is("mft1") || tag.is("mft2")) {
        return has_room(tag, inputs, outputs, tag.is("mft1") ? 1 : 2,
                        [&](size_t) { return tag.number(10, 1); });
    }
    if (tag.is("mAB ") || tag.is("mBA ")) {
        const size_t at = tag.number(24, 4);
        const Piece table = tag.rest(at);
        const size_t width = table.number(16, 1);
        // Values of another width are none, and a grid that has none fits into any file.
        return at == 0 ||
               ((width == 1 || width == 2) && listed_grid_fits(table, inputs, outputs, width));
    }
    // One table may be named a thousand times, and curves need no values: half a minute for 100 KB.
    return !tag.is("mpet");
}

}  // namespace

bool tables_fit(const Bytes& profile) {
    const Piece whole{profile, 0, profile.size()};
    const size_t tags = whole.number(128, 4);
    if (tags > kMostTags) {
        return false;
    }
    for (size_t i = 0; i < tags; ++i) {
        const size_t entry = 132 + 12 * i;
        if (!tag_fits(whole.part(whole.number(entry + 4, 4), whole.number(entry + 8, 4)))) {
            return false;
        }
    }
    return true;
}

}  // namespace cli
