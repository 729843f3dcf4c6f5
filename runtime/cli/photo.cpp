#include "photo.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <new>

#include "container.h"
#include "decoders.h"
#include "failure.h"

namespace cli {
namespace {

std::vector<uint8_t> read_file(const std::string& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        throw Failure(path + ": is a folder, not a photo");
    }
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                               std::fclose);
    if (file == nullptr) {
        throw Failure(path + (errno == ENOENT ? ": no such file"
                                              : std::string(": cannot be read (") +
                                                    std::strerror(errno) + ")"));
    }
    std::vector<uint8_t> data;
    size_t count = 0;
    do {
        constexpr size_t kChunk = size_t{1} << 20;
        data.resize(data.size() + kChunk);
        count = std::fread(data.data() + data.size() - kChunk, 1, kChunk, file.get());
        data.resize(data.size() - kChunk + count);
    } while (count > 0);
    if (std::ferror(file.get()) != 0) {
        throw Failure(path + ": cannot be read (" + std::strerror(errno) + ")");
    }
    return data;
}

// The colours below a transparent pixel are arbitrary; white is what a viewer shows.
std::vector<uint8_t> over_white(const std::vector<uint8_t>& rgba) {
    std::vector<uint8_t> rgb;
    rgb.reserve(rgba.size() / 4 * 3);
    for (size_t i = 0; i + 3 < rgba.size(); i += 4) {
        const int alpha = rgba[i + 3];
        for (size_t c = 0; c < 3; ++c) {
            const int mixed = rgba[i + c] * alpha + (255 - alpha) * 255;
            rgb.push_back(static_cast<uint8_t>((mixed + 127) / 255));
        }
    }
    return rgb;
}

std::vector<uint8_t> grey_to_rgb(const std::vector<uint8_t>& grey) {
    std::vector<uint8_t> rgb;
    rgb.reserve(grey.size() * 3);
    for (const uint8_t value : grey) {
        rgb.insert(rgb.end(), 3, value);
    }
    return rgb;
}

std::vector<uint8_t> decode(const std::vector<uint8_t>& data, const Container& container,
                            const std::string& path) {
    if (container.format == Format::kPpm) {
        const auto size = static_cast<ptrdiff_t>(container.width * container.height * 3);
        const auto begin = data.begin() + static_cast<ptrdiff_t>(container.pixels_at);
        return {begin, begin + size};
    }
    Decoded decoded = container.format == Format::kJpeg
                          ? decode_jpeg(data, container.width, container.height, path)
                          : decode_png(data, container.width, container.height, path);
    if (decoded.channels == 4) {
        return over_white(decoded.pixels);
    }
    return decoded.channels == 1 ? grey_to_rgb(decoded.pixels) : std::move(decoded.pixels);
}

}  // namespace

Photo read_photo(const std::string& path) {
    try {
        const std::vector<uint8_t> data = read_file(path);
        const Container container = inspect(data, path);
        Photo photo;
        photo.width = static_cast<int32_t>(container.width);
        photo.height = static_cast<int32_t>(container.height);
        photo.orientation = ssam_exif_orientation(data.data(), data.size());
        photo.pixels = decode(data, container, path);
        return photo;
    } catch (const std::bad_alloc&) {
        throw Failure(path + ": not enough memory for it");
    }
}

}  // namespace cli
