// libpng: palettes and few bits become 8 bits a channel, 16 bits are rounded, alpha is kept.
#include <png.h>

#include <csetjmp>
#include <cstring>

#include "decoders.h"
#include "failure.h"

namespace cli {
namespace {

struct Source {
    const uint8_t* at;
    size_t left;
};

void read_bytes(png_structp png, png_bytep out, size_t count) {
    auto* source = static_cast<Source*>(png_get_io_ptr(png));
    if (count > source->left) {
        png_error(png, "the file ends too early");
    }
    std::memcpy(out, source->at, count);
    source->at += count;
    source->left -= count;
}

[[noreturn]] void give_up(png_structp png, png_const_charp) { png_longjmp(png, 1); }

void say_nothing(png_structp, png_const_charp) {}

// What the decoder fills; made by the caller, so that nothing here needs a destructor.
struct Target {
    int64_t width;
    int64_t height;
    std::vector<uint8_t>* bytes;
    std::vector<png_bytep>* rows;
    int channels;
    bool sixteen;
};

bool prepare(png_structp png, png_infop info, Target& target) {
    png_read_info(png, info);
    if (png_get_image_width(png, info) != static_cast<uint64_t>(target.width) ||
        png_get_image_height(png, info) != static_cast<uint64_t>(target.height)) {
        return false;
    }
    png_set_expand(png);  // palette to RGB, few bits to 8, tRNS to alpha
    if (png_get_color_type(png, info) == PNG_COLOR_TYPE_GRAY_ALPHA) {
        png_set_gray_to_rgb(png);
    }
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    target.channels = png_get_channels(png, info);
    target.sixteen = png_get_bit_depth(png, info) == 16;
    const size_t row = png_get_rowbytes(png, info);
    target.bytes->resize(row * static_cast<size_t>(target.height));
    target.rows->resize(static_cast<size_t>(target.height));
    for (size_t y = 0; y < target.rows->size(); ++y) {
        (*target.rows)[y] = target.bytes->data() + y * row;
    }
    return true;
}

bool decode(Source& source, Target& target) {
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, give_up, say_nothing);
    png_infop info = png != nullptr ? png_create_info_struct(png) : nullptr;
    if (info == nullptr) {
        png_destroy_read_struct(&png, nullptr, nullptr);
        return false;
    }
    if (setjmp(png_jmpbuf(png)) != 0) {
        png_destroy_read_struct(&png, &info, nullptr);
        return false;
    }
    png_set_read_fn(png, &source, read_bytes);
    const bool fits = prepare(png, info, target);
    if (fits) {
        png_read_image(png, target.rows->data());
        png_read_end(png, nullptr);
    }
    png_destroy_read_struct(&png, &info, nullptr);
    return fits;
}

// round(v * 255 / 65535): 0 stays 0 and 65535 becomes 255.
void to_eight_bits(std::vector<uint8_t>& bytes) {
    for (size_t i = 0; i < bytes.size() / 2; ++i) {
        const int value = bytes[2 * i] << 8 | bytes[2 * i + 1];
        bytes[i] = static_cast<uint8_t>((value + 128) / 257);
    }
    bytes.resize(bytes.size() / 2);
}

}  // namespace

Decoded decode_png(const std::vector<uint8_t>& data, int64_t width, int64_t height,
                   const std::string& name) {
    Decoded decoded;
    std::vector<png_bytep> rows;
    Source source{data.data(), data.size()};
    Target target{width, height, &decoded.pixels, &rows, 0, false};
    if (!decode(source, target)) {
        throw Failure(name + ": the PNG file is damaged or truncated");
    }
    if (target.sixteen) {
        to_eight_bits(decoded.pixels);
    }
    decoded.channels = target.channels == 2 ? 4 : target.channels;
    return decoded;
}

}  // namespace cli
