#include "colour.h"

#include <lcms2.h>

#include <cstdlib>
#include <memory>
#include <utility>

#include "profile.h"

namespace cli {
namespace {

struct Close {
    void operator()(void* profile) const noexcept { cmsCloseProfile(profile); }
};
struct Delete {
    void operator()(void* transform) const noexcept { cmsDeleteTransform(transform); }
};
using Profile = std::unique_ptr<void, Close>;
using Transform = std::unique_ptr<void, Delete>;

constexpr size_t kStrip = size_t{1} << 16;  // pixels at a time

// Whether no colour of a 9x9x9 grid moves by more than a level: another sRGB.
bool changes_nothing(void* transform) {
    for (int i = 0; i < 9 * 9 * 9; ++i) {
        const auto level = [](int step) { return static_cast<uint8_t>((step * 255 + 4) / 8); };
        const uint8_t from[3] = {level(i / 81), level(i / 9 % 9), level(i % 9)};
        uint8_t to[3] = {};
        cmsDoTransform(transform, from, to, 1);
        for (int c = 0; c < 3; ++c) {
            if (std::abs(from[c] - to[c]) > 1) {
                return false;
            }
        }
    }
    return true;
}

// To sRGB; none where there is nothing to do: no profile, a broken one, one of another kind.
Transform transform_of(const Decoded& decoded) {
    if (decoded.profile.empty()) {
        return nullptr;
    }
    if (!tables_fit(decoded.profile)) {
        return nullptr;
    }
    const Profile source(cmsOpenProfileFromMem(
        decoded.profile.data(), static_cast<cmsUInt32Number>(decoded.profile.size())));
    const Profile target(cmsCreate_sRGBProfile());
    if (source == nullptr || target == nullptr) {
        return nullptr;
    }
    const bool grey = decoded.kind == Kind::kGrey || decoded.kind == Kind::kGreyAlpha;
    const bool ink = decoded.kind == Kind::kInk;
    if (cmsGetColorSpace(source.get()) != (grey  ? cmsSigGrayData
                                           : ink ? cmsSigCmykData
                                                 : cmsSigRgbData)) {
        return nullptr;
    }
    const cmsUInt32Number from = grey ? TYPE_GRAY_8 : ink ? TYPE_CMYK_8 : TYPE_RGB_8;
    Transform made(
        cmsCreateTransform(source.get(), from, target.get(), TYPE_RGB_8, INTENT_PERCEPTUAL, 0));
    const bool idle = made != nullptr && !grey && !ink && changes_nothing(made.get());
    return idle ? nullptr : std::move(made);
}

int multiplied(int a, int b) {
    const int product = a * b + 128;
    return (product + (product >> 8)) >> 8;
}

// One pixel without a profile; Pillow's formula for ink.
void plain(const uint8_t* from, Kind kind, uint8_t* to) {
    for (int c = 0; c < 3; ++c) {
        if (kind == Kind::kInk) {
            const int light = 255 - from[3];
            to[c] = static_cast<uint8_t>(light - multiplied(from[c], light));
        } else {
            to[c] = kind == Kind::kGrey || kind == Kind::kGreyAlpha ? from[0] : from[c];
        }
    }
}

void over_white(uint8_t* rgb, int alpha) {
    for (int c = 0; c < 3; ++c) {
        rgb[c] = static_cast<uint8_t>((rgb[c] * alpha + (255 - alpha) * 255 + 127) / 255);
    }
}

// `count` pixels from `from` to the RGB at `to`; `colours` is room for them without their alpha.
void convert(const uint8_t* from, size_t count, const Decoded& decoded, void* transform,
             std::vector<uint8_t>& colours, uint8_t* to) {
    const auto channels = static_cast<size_t>(decoded.channels);
    const bool alpha = decoded.kind == Kind::kRgba || decoded.kind == Kind::kGreyAlpha;
    const size_t own = alpha ? channels - 1 : channels;
    if (transform == nullptr) {
        for (size_t i = 0; i < count; ++i) {
            plain(from + i * channels, decoded.kind, to + 3 * i);
        }
    } else {
        colours.resize(count * own);
        for (size_t i = 0; i < count * own; ++i) {
            colours[i] = from[i / own * channels + i % own];
        }
        cmsDoTransform(transform, colours.data(), to, static_cast<cmsUInt32Number>(count));
    }
    for (size_t i = 0; alpha && i < count; ++i) {
        over_white(to + 3 * i, from[i * channels + own]);
    }
}

}  // namespace

std::vector<uint8_t> to_rgb(Decoded decoded) {
    const Transform transform = transform_of(decoded);
    if (decoded.kind == Kind::kRgb && transform == nullptr) {
        return std::move(decoded.pixels);
    }
    const auto channels = static_cast<size_t>(decoded.channels);
    const size_t pixels = decoded.pixels.size() / channels;
    std::vector<uint8_t> rgb(pixels * 3);
    std::vector<uint8_t> colours;
    for (size_t at = 0; at < pixels; at += kStrip) {
        const size_t count = pixels - at < kStrip ? pixels - at : kStrip;
        convert(decoded.pixels.data() + at * channels, count, decoded, transform.get(), colours,
                rgb.data() + 3 * at);
    }
    return rgb;
}

}  // namespace cli
