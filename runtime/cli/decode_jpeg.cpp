// libjpeg-turbo, with the settings Pillow leaves it: exact integer DCT, smooth chroma upsampling.
#include <csetjmp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
// after cstdio, which it needs
#include <jerror.h>
#include <jpeglib.h>

#include "decoders.h"
#include "failure.h"

namespace cli {
namespace {

constexpr int kMaxScans = 100;  // each costs a pass over all of the picture

struct Errors {
    jpeg_error_mgr base;
    std::jmp_buf back;
    const unsigned char* data;
    unsigned long size;
    char damage[JMSG_LENGTH_MAX];  // the first warning that means missing or corrupt pixels
};

[[noreturn]] void give_up(j_common_ptr common) {
    std::longjmp(reinterpret_cast<Errors*>(common->err)->back, 1);
}

// Some cameras fill the space before the end marker with one value: no damage.
bool is_padding(const Errors& errors, int count) {
    for (unsigned long end = errors.size; end >= 2; --end) {
        if (errors.data[end - 2] == 0xFF && errors.data[end - 1] == 0xD9) {
            const auto length = static_cast<unsigned long>(count);
            for (unsigned long i = 1; i < length && length + 2 <= end; ++i) {
                if (errors.data[end - 2 - length + i] != errors.data[end - 2 - length]) {
                    return false;
                }
            }
            return length + 2 <= end;
        }
    }
    return false;
}

void remember(j_common_ptr common, int level) {
    auto& errors = *reinterpret_cast<Errors*>(common->err);
    if (level >= 0) {
        return;  // a trace
    }
    const int code = errors.base.msg_code;
    const int* const numbers = errors.base.msg_parm.i;
    const bool harmless =
        code == JWRN_JFIF_MAJOR ||
        (code == JWRN_EXTRANEOUS_DATA && numbers[1] == 0xD9 && is_padding(errors, numbers[0]));
    if (!harmless && errors.damage[0] == '\0') {
        errors.base.format_message(common, errors.damage);
    }
}

void watch_scans(j_common_ptr common) {
    if (reinterpret_cast<j_decompress_ptr>(common)->input_scan_number > kMaxScans) {
        give_up(common);
    }
}

// Whether a progressive picture announced bits of coefficients that no scan brought.
bool scans_are_missing(const jpeg_decompress_struct& jpeg) {
    if (jpeg.coef_bits == nullptr) {
        return false;
    }
    for (int component = 0; component < jpeg.num_components; ++component) {
        for (const int bits : jpeg.coef_bits[component]) {
            if (bits > 0) {
                return true;
            }
        }
    }
    return false;
}

struct Target {
    int64_t width;
    int64_t height;
    Decoded* decoded;
};

// Header and room for the pixels. False for a picture that is not what the container said.
bool prepare(jpeg_decompress_struct& jpeg, Target& target) {
    jpeg_read_header(&jpeg, TRUE);
    if (jpeg.image_width != target.width || jpeg.image_height != target.height) {
        return false;
    }
    Decoded& decoded = *target.decoded;
    const bool ink = jpeg.num_components == 4;
    const bool grey = jpeg.num_components == 1;
    decoded.kind = ink ? Kind::kInk : grey ? Kind::kGrey : Kind::kRgb;
    decoded.channels = ink ? 4 : grey ? 1 : 3;
    jpeg.out_color_space = ink ? JCS_CMYK : grey ? JCS_GRAYSCALE : JCS_RGB;
    decoded.pixels.resize(static_cast<size_t>(target.width * target.height * decoded.channels));
    JOCTET* profile = nullptr;
    unsigned int size = 0;
    if (jpeg_read_icc_profile(&jpeg, &profile, &size) != FALSE) {
        decoded.profile.assign(profile, profile + size);
        std::free(profile);
    }
    return true;
}

// No object with a destructor lives here: an error leaves by longjmp.
bool decode(Errors& errors, Target& target) {
    jpeg_decompress_struct jpeg;
    jpeg_progress_mgr progress{};
    progress.progress_monitor = watch_scans;
    jpeg.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = give_up;
    errors.base.emit_message = remember;
    jpeg_create_decompress(&jpeg);
    jpeg.progress = &progress;
    if (setjmp(errors.back) != 0) {
        jpeg_destroy_decompress(&jpeg);
        return false;
    }
    jpeg_mem_src(&jpeg, errors.data, errors.size);
    jpeg_save_markers(&jpeg, JPEG_APP0 + 2, 0xFFFF);
    if (!prepare(jpeg, target)) {
        jpeg_destroy_decompress(&jpeg);
        return false;
    }
    jpeg_start_decompress(&jpeg);
    const size_t row = size_t{jpeg.output_width} * static_cast<size_t>(jpeg.output_components);
    while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW to = target.decoded->pixels.data() + jpeg.output_scanline * row;
        jpeg_read_scanlines(&jpeg, &to, 1);
    }
    const bool missing = scans_are_missing(jpeg);
    jpeg_finish_decompress(&jpeg);
    if (missing && errors.damage[0] == '\0') {
        std::strcpy(errors.damage, "scans are missing");
    }
    jpeg_destroy_decompress(&jpeg);
    return true;
}

}  // namespace

Decoded decode_jpeg(const std::vector<uint8_t>& data, int64_t width, int64_t height,
                    const std::string& name) {
    Decoded decoded;
    Errors errors{{}, {}, data.data(), static_cast<unsigned long>(data.size()), {}};
    Target target{width, height, &decoded};
    if (!decode(errors, target)) {
        throw Failure(name + ": the JPEG file is damaged or truncated");
    }
    if (errors.damage[0] != '\0') {
        decoded.damage = std::string("the JPEG file is damaged (") + errors.damage + ")";
    }
    if (decoded.kind == Kind::kInk) {  // Adobe's: 255 is no ink
        for (uint8_t& value : decoded.pixels) {
            value = static_cast<uint8_t>(255 - value);
        }
    }
    return decoded;
}

}  // namespace cli
