// PNG: W3C PNG, third edition, section 5 and 11. Written with zlib alone, which every platform has.
#include <zlib.h>

#include "failure.h"
#include "writing.h"

namespace cli {
namespace {

void append_number(std::vector<uint8_t>& out, uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        out.push_back(static_cast<uint8_t>(value >> shift));
    }
}

void append_chunk(std::vector<uint8_t>& out, const char* kind, const std::vector<uint8_t>& body) {
    append_number(out, static_cast<uint32_t>(body.size()));
    const size_t begin = out.size();
    out.insert(out.end(), kind, kind + 4);
    out.insert(out.end(), body.begin(), body.end());
    append_number(out, static_cast<uint32_t>(
                           crc32(0, out.data() + begin, static_cast<uInt>(out.size() - begin))));
}

std::vector<uint8_t> compressed(const std::vector<uint8_t>& bytes) {
    uLongf size = compressBound(static_cast<uLong>(bytes.size()));
    std::vector<uint8_t> out(size);
    if (compress2(out.data(), &size, bytes.data(), static_cast<uLong>(bytes.size()), 3) != Z_OK) {
        throw Failure("the mask cannot be compressed");
    }
    out.resize(size);
    return out;
}

}  // namespace

std::vector<uint8_t> encode_png(const std::vector<uint8_t>& grey, int32_t width, int32_t height) {
    std::vector<uint8_t> rows;
    rows.reserve(grey.size() + static_cast<size_t>(height));
    for (int32_t y = 0; y < height; ++y) {
        const auto row = grey.begin() + ptrdiff_t{y} * width;
        rows.push_back(0);  // no filter: masks are flat
        rows.insert(rows.end(), row, row + width);
    }
    std::vector<uint8_t> header;
    append_number(header, static_cast<uint32_t>(width));
    append_number(header, static_cast<uint32_t>(height));
    header.insert(header.end(), {8, 0, 0, 0, 0});  // 8 bits, grey, deflate, no interlacing
    std::vector<uint8_t> out{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    append_chunk(out, "IHDR", header);
    append_chunk(out, "IDAT", compressed(rows));
    append_chunk(out, "IEND", {});
    return out;
}

}  // namespace cli
