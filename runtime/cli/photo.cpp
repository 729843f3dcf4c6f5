#include "photo.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <new>
#include <utility>

#include "colour.h"
#include "container.h"
#include "decoders.h"
#include "failure.h"

namespace cli {
namespace {

// Bytes; a picture of SSAM_MAX_PIXELS in RGB, uncompressed with 16 bits a channel, has 1.6e9.
constexpr size_t kLargestFile = size_t{2} << 30;

std::vector<uint8_t> read_file(const std::string& path) {
    const std::string too_large =
        path + ": is larger than " + std::to_string(kLargestFile >> 30) + " GiB; no photo is";
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
    const auto size = std::filesystem::file_size(path, ignored);
    if (!ignored && size > kLargestFile) {
        throw Failure(too_large);
    }
    std::vector<uint8_t> data;
    size_t count = 0;
    do {
        constexpr size_t kChunk = size_t{1} << 20;
        data.resize(data.size() + kChunk);
        count = std::fread(data.data() + data.size() - kChunk, 1, kChunk, file.get());
        data.resize(data.size() - kChunk + count);
        if (data.size() > kLargestFile) {
            throw Failure(too_large);
        }
    } while (count > 0);
    if (std::ferror(file.get()) != 0) {
        throw Failure(path + ": cannot be read (" + std::strerror(errno) + ")");
    }
    return data;
}

Decoded decode(const std::vector<uint8_t>& data, const Container& container,
               const std::string& path) {
    if (container.format == Format::kJpeg) {
        return decode_jpeg(data, container.width, container.height, path);
    }
    if (container.format == Format::kPng) {
        return decode_png(data, container.width, container.height, path);
    }
    const auto size = static_cast<ptrdiff_t>(container.width * container.height * 3);
    const auto begin = data.begin() + static_cast<ptrdiff_t>(container.pixels_at);
    return {{begin, begin + size}, 3, Kind::kRgb, {}, {}};
}

}  // namespace

Photo read_photo(const std::string& path, bool accept_damaged) {
    try {
        const std::vector<uint8_t> data = read_file(path);
        const Container container = inspect(data, path, accept_damaged);
        Decoded decoded = decode(data, container, path);
        Photo photo;
        photo.damage = container.damage.empty() ? decoded.damage : container.damage;
        if (!photo.damage.empty() && !accept_damaged) {
            throw Failure(path + ": " + photo.damage);
        }
        photo.width = static_cast<int32_t>(container.width);
        photo.height = static_cast<int32_t>(container.height);
        photo.orientation = ssam_exif_orientation(data.data(), data.size());
        photo.pixels = to_rgb(std::move(decoded));
        return photo;
    } catch (const std::bad_alloc&) {
        throw Failure(path + ": not enough memory for it");
    }
}

}  // namespace cli
