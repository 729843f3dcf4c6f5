// libpng: palettes and few bits become 8 bits a channel, of 16 bits the upper 8 stay, so does
// alpha.
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

// What follows the last row says that the head, and so the picture, is another's.
void heed(png_structp png, png_const_charp warning) {
    if (std::strstr(warning, "Too much image data") != nullptr ||
        std::strstr(warning, "Extra compressed data") != nullptr) {
        png_error(png, warning);
    }
}

// What the decoder fills; made by the caller, so that nothing here needs a destructor.
struct Target {
    int64_t width;
    int64_t height;
    Decoded* decoded;
    std::vector<png_bytep>* rows;
    bool prepared;
};

Kind kind_of(png_byte colour_type) {
    switch (colour_type) {
        case PNG_COLOR_TYPE_GRAY:
            return Kind::kGrey;
        case PNG_COLOR_TYPE_GRAY_ALPHA:
            return Kind::kGreyAlpha;
        case PNG_COLOR_TYPE_RGB_ALPHA:
            return Kind::kRgba;
        default:
            return Kind::kRgb;
    }
}

void take_profile(png_structp png, png_infop info, Decoded& decoded) {
    png_charp name = nullptr;
    png_bytep profile = nullptr;
    png_uint_32 size = 0;
    int method = 0;
    if (png_get_iCCP(png, info, &name, &method, &profile, &size) != 0) {
        decoded.profile.assign(profile, profile + size);
    }
}

bool prepare(png_structp png, png_infop info, Target& target) {
    png_read_info(png, info);
    if (png_get_image_width(png, info) != static_cast<uint64_t>(target.width) ||
        png_get_image_height(png, info) != static_cast<uint64_t>(target.height)) {
        return false;
    }
    take_profile(png, info, *target.decoded);
    png_set_expand(png);  // palette to RGB, few bits to 8, tRNS to alpha
    png_set_strip_16(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    target.decoded->channels = png_get_channels(png, info);
    target.decoded->kind = kind_of(png_get_color_type(png, info));
    const size_t row = png_get_rowbytes(png, info);
    target.decoded->pixels.resize(row * static_cast<size_t>(target.height));
    target.rows->resize(static_cast<size_t>(target.height));
    for (size_t y = 0; y < target.rows->size(); ++y) {
        (*target.rows)[y] = target.decoded->pixels.data() + y * row;
    }
    target.prepared = true;
    return true;
}

bool decode(Source& source, Target& target) {
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, give_up, heed);
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
    // No texts, suggested palettes or unknown chunks: each may unpack to megabytes.
    png_set_chunk_cache_max(png, 1);
    png_set_crc_action(png, PNG_CRC_WARN_USE, PNG_CRC_WARN_USE);  // the container was checked
    const bool fits = prepare(png, info, target);
    if (fits) {
        png_read_image(png, target.rows->data());
        png_read_end(png, nullptr);
    }
    png_destroy_read_struct(&png, &info, nullptr);
    return fits;
}

}  // namespace

Decoded decode_png(const std::vector<uint8_t>& data, int64_t width, int64_t height,
                   const std::string& name) {
    Decoded decoded;
    std::vector<png_bytep> rows;
    Source source{data.data(), data.size()};
    Target target{width, height, &decoded, &rows, false};
    if (!decode(source, target)) {
        if (!target.prepared) {
            throw Failure(name + ": the PNG file is damaged or truncated");
        }
        decoded.damage = "the PNG file is damaged or truncated";
    }
    return decoded;
}

}  // namespace cli
