// libjpeg-turbo, with the settings OpenCV leaves it: exact integer DCT, smooth chroma upsampling.
#include <csetjmp>
#include <cstdio>
// after cstdio, which it needs
#include <jpeglib.h>

#include "decoders.h"
#include "failure.h"

namespace cli {
namespace {

struct Errors {
    jpeg_error_mgr base;
    std::jmp_buf back;
};

[[noreturn]] void give_up(j_common_ptr common) {
    std::longjmp(reinterpret_cast<Errors*>(common->err)->back, 1);
}

void say_nothing(j_common_ptr) {}

// No object with a destructor lives here: an error leaves by longjmp.
bool decode(const unsigned char* data, unsigned long size, bool ink, unsigned char* out) {
    Errors errors;
    jpeg_decompress_struct jpeg;
    jpeg.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = give_up;
    errors.base.output_message = say_nothing;
    jpeg_create_decompress(&jpeg);
    if (setjmp(errors.back) != 0) {
        jpeg_destroy_decompress(&jpeg);
        return false;
    }
    jpeg_mem_src(&jpeg, data, size);
    jpeg_read_header(&jpeg, TRUE);
    jpeg.out_color_space = ink ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(&jpeg);
    const size_t row = size_t{jpeg.output_width} * static_cast<size_t>(jpeg.output_components);
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW to = out + jpeg.output_scanline * row;
        jpeg_read_scanlines(&jpeg, &to, 1);
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
    return true;
}

struct Header {
    int64_t width = 0;
    int64_t height = 0;
    int components = 0;
};

bool read_header(const unsigned char* data, unsigned long size, Header& header) {
    Errors errors;
    jpeg_decompress_struct jpeg;
    jpeg.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = give_up;
    errors.base.output_message = say_nothing;
    jpeg_create_decompress(&jpeg);
    if (setjmp(errors.back) != 0) {
        jpeg_destroy_decompress(&jpeg);
        return false;
    }
    jpeg_mem_src(&jpeg, data, size);
    jpeg_read_header(&jpeg, TRUE);
    header = {jpeg.image_width, jpeg.image_height, jpeg.num_components};
    jpeg_destroy_decompress(&jpeg);
    return true;
}

// Adobe's inverted CMYK to RGB: every ink dims what black has left.
std::vector<uint8_t> ink_to_rgb(const std::vector<uint8_t>& ink) {
    std::vector<uint8_t> rgb;
    rgb.reserve(ink.size() / 4 * 3);
    for (size_t i = 0; i + 3 < ink.size(); i += 4) {
        const int black = ink[i + 3];
        for (size_t c = 0; c < 3; ++c) {
            rgb.push_back(static_cast<uint8_t>(black - ((255 - ink[i + c]) * black >> 8)));
        }
    }
    return rgb;
}

}  // namespace

Decoded decode_jpeg(const std::vector<uint8_t>& data, int64_t width, int64_t height,
                    const std::string& name) {
    const Failure damaged(name + ": the JPEG file is damaged or truncated");
    const auto size = static_cast<unsigned long>(data.size());
    Header header;
    if (!read_header(data.data(), size, header) || header.width != width ||
        header.height != height) {
        throw damaged;
    }
    const bool ink = header.components == 4;
    Decoded decoded{std::vector<uint8_t>(static_cast<size_t>(width * height * (ink ? 4 : 3))), 3};
    if (!decode(data.data(), size, ink, decoded.pixels.data())) {
        throw damaged;
    }
    if (ink) {
        decoded.pixels = ink_to_rgb(decoded.pixels);
    }
    return decoded;
}

}  // namespace cli
