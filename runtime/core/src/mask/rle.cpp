#include "mask/rle.h"

#include <cstring>

#include "base/failure.h"
#include "mask/changes.h"

namespace ssam {
namespace {

// Positions, in column-major order, where the value differs from the one before; 0 where the very
// first pixel is foreground. Ascending.
std::vector<uint32_t> toggles(const RunMask& mask) {
    // Every column is seen as if it began and ended in background, then sorted by counting.
    std::vector<size_t> starts(static_cast<size_t>(mask.width()) + 1, 0);
    for (int y = 0; y <= mask.height(); ++y) {
        for_each_change(mask, y, [&](int begin, int end) {
            for (int x = begin; x < end; ++x) {
                ++starts[static_cast<size_t>(x) + 1];
            }
        });
    }
    for (size_t x = 1; x < starts.size(); ++x) {
        starts[x] += starts[x - 1];
    }
    std::vector<uint32_t> positions(starts.back());
    for (int y = 0; y <= mask.height(); ++y) {
        for_each_change(mask, y, [&](int begin, int end) {
            for (int x = begin; x < end; ++x) {
                const int64_t position = int64_t{x} * mask.height() + y;
                positions[starts[static_cast<size_t>(x)]++] = static_cast<uint32_t>(position);
            }
        });
    }
    // A run that goes on from one column's foot to the next one's head left its mark twice.
    size_t kept = 0;
    for (const uint32_t position : positions) {
        if (kept > 0 && positions[kept - 1] == position) {
            --kept;
        } else {
            positions[kept++] = position;
        }
    }
    positions.resize(kept);
    return positions;
}

}  // namespace

std::vector<uint32_t> rle_counts(const RunMask& mask) {
    std::vector<uint32_t> counts = toggles(mask);
    const auto total = static_cast<uint32_t>(int64_t{mask.width()} * mask.height());
    if (counts.empty() || counts.back() != total) {
        counts.push_back(total);
    }
    for (size_t i = counts.size() - 1; i > 0; --i) {
        counts[i] -= counts[i - 1];
    }
    return counts;
}

std::string rle_to_string(const uint32_t* counts, size_t count) {
    std::string out;
    out.reserve(count * 2);
    for (size_t i = 0; i < count; ++i) {
        // From the fourth on, the difference to the run of the same colour before.
        int64_t rest = int64_t{counts[i]} - (i > 2 ? int64_t{counts[i - 2]} : 0);
        bool more = true;
        while (more) {
            const auto low = static_cast<int>(rest & 31);
            rest >>= 5;
            // Done once the remaining bits only repeat the sign bit of this group.
            more = (low & 16) != 0 ? rest != -1 : rest != 0;
            out.push_back(static_cast<char>(low + (more ? 32 : 0) + 48));
        }
    }
    return out;
}

std::vector<uint32_t> rle_from_string(std::string_view string) {
    std::vector<uint32_t> counts;
    size_t at = 0;
    while (at < string.size()) {
        int64_t value = 0;
        int shift = 0;
        bool more = true;
        while (more) {
            const int digit = at < string.size() ? string[at] - 48 : -1;
            if (digit < 0 || digit > 63 || shift > 35) {
                fail(SSAM_ERROR_INVALID_ARGUMENT,
                     "not a COCO run-length string (at character " + std::to_string(at) + ")");
            }
            ++at;
            value |= int64_t{digit & 31} << shift;
            shift += 5;
            more = (digit & 32) != 0;
            if (!more && (digit & 16) != 0) {
                value -= int64_t{1} << shift;
            }
        }
        value += counts.size() > 2 ? int64_t{counts[counts.size() - 2]} : 0;
        if (value < 0 || value > UINT32_MAX) {
            fail(SSAM_ERROR_INVALID_ARGUMENT,
                 "not a COCO run-length string (a run of " + std::to_string(value) + " pixels)");
        }
        counts.push_back(static_cast<uint32_t>(value));
    }
    return counts;
}

void rle_decode(const uint32_t* counts, size_t count, int width, int height, uint8_t value,
                uint8_t* out) {
    const int64_t total = int64_t{width} * height;
    int64_t sum = 0;
    for (size_t i = 0; i < count && sum <= total; ++i) {
        sum += counts[i];
    }
    if (sum != total) {
        fail(SSAM_ERROR_INVALID_ARGUMENT, "the run lengths do not add up to " +
                                              std::to_string(width) + "x" + std::to_string(height) +
                                              " pixels");
    }
    std::memset(out, 0, static_cast<size_t>(total));
    int64_t position = 0;
    for (size_t i = 0; i < count; ++i) {
        const int64_t end = position + counts[i];
        if (i % 2 == 1) {
            for (int64_t p = position; p < end; ++p) {
                out[(p % height) * width + p / height] = value;
            }
        }
        position = end;
    }
}

}  // namespace ssam
