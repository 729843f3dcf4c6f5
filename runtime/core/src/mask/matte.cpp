#include "mask/matte.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/exact_arithmetic.h"
#include "image/resize.h"
#include "mask/work_size.h"

namespace ssam {
namespace {

// What is nearly opaque is opaque, and what is nearly clear is clear: no veil, no holes.
constexpr float kClear = 0.04f;
constexpr float kContrast = 255.0f / (1.0f - 2.0f * kClear);

// Rows of the photo read together: a photo turned by 90 degrees is read down its columns.
constexpr int kRowsRead = 16;

// `value`: of the fit at a pixel, by AlphaFit's names.
template <typename Value>
uint8_t alpha_of(const uint8_t* rgb, Value&& value) {
    const float evidence = value(AlphaFit::kEvidence);
    const float seen = value(AlphaFit::kRed) * static_cast<float>(rgb[0]) +
                       value(AlphaFit::kGreen) * static_cast<float>(rgb[1]) +
                       value(AlphaFit::kBlue) * static_cast<float>(rgb[2]) +
                       value(AlphaFit::kOffset);
    const float both =
        std::clamp(seen, 0.0f, evidence) + (1.0f - evidence) * value(AlphaFit::kPrior);
    return static_cast<uint8_t>(std::clamp((both - kClear) * kContrast, 0.0f, 255.0f) + 0.5f);
}

}  // namespace

MatteRows::MatteRows(const Mask& mask, const ImageView& photo)
    : mask_(mask),
      photo_{mask.runs().width(), mask.runs().height()},
      has_alpha_(photo.has_alpha),
      band_(find_band(mask, work_size(photo_))),
      rgb_(resize_rgb(photo, band_.size)),
      work_alpha_(band_.coverage),
      discriminant_(rgb_, band_) {
    columns_.reserve(static_cast<size_t>(photo_.width));
    for (int x = 0; x < photo_.width; ++x) {
        columns_.push_back(position(x, band_.size.width, photo_.width));
    }
    for (std::vector<float>& values : blended_.values) {
        values.resize(static_cast<size_t>(band_.size.width) + 1);
    }
}

const AlphaFit& MatteRows::fit_of(int row) {
    const int slot = row & 1;
    if (rows_[slot] != row) {
        discriminant_.fit_row(row, fits_[slot]);
        rows_[slot] = row;
        keep_alpha(row, fits_[slot]);
    }
    return fits_[slot];
}

void MatteRows::keep_alpha(int row, const AlphaFit& fit) {
    const auto width = static_cast<size_t>(band_.size.width);
    const float* fade = fit.values[AlphaFit::kFade].data();
    const uint8_t* rgb = rgb_.data() + static_cast<size_t>(row) * width * 3;
    uint8_t* out = work_alpha_.data() + static_cast<size_t>(row) * width;
    for (size_t x = 0; x < width; ++x) {
        if (fade[x] > 0.0f) {
            out[x] = alpha_of(rgb + 3 * x, [&](size_t k) { return fit.values[k][x]; });
        }
    }
}

void MatteRows::blend(int y) {
    if (blended_row_ == y) {
        return;
    }
    blended_row_ = y;
    const Position here = position(y, band_.size.height, photo_.height);
    const AlphaFit& upper = fit_of(here.whole);
    const AlphaFit& lower = fit_of(std::min(here.whole + 1, band_.size.height - 1));
    const float keep = 1.0f - here.fraction;
    for (size_t k = 0; k < AlphaFit::kCount; ++k) {
        const float* a = upper.values[k].data();
        const float* b = lower.values[k].data();
        float* to = blended_.values[k].data();
        for (size_t x = 0; x < blended_.values[k].size(); ++x) {
            to[x] = keep * a[x] + here.fraction * b[x];
        }
    }
}

uint8_t MatteRows::alpha(const Position& at, const uint8_t* rgba) const {
    const auto left = static_cast<size_t>(at.whole);
    const float keep = 1.0f - at.fraction;
    const auto value = [&](size_t k) {
        return keep * blended_.values[k][left] + at.fraction * blended_.values[k][left + 1];
    };
    return alpha_of(rgba, value);
}

void MatteRows::write(int y, int begin, int end, const uint8_t* rgba, uint8_t* out) {
    write_mask(y, begin, end, out);
    write_band(y, begin, end, rgba, out);
    for (int i = 0; has_alpha_ && i < end - begin; ++i) {
        out[i] = times(out[i], rgba[ptrdiff_t{i} * 4 + 3]);
    }
}

void MatteRows::write_mask(int y, int begin, int end, uint8_t* out) const {
    std::memset(out, 0, static_cast<size_t>(end - begin));
    const RunMask& runs = mask_.runs();
    for (size_t i = runs.row_begin(y); i < runs.row_end(y); ++i) {
        const int first = std::max(runs.runs()[i].begin, begin);
        const int last = std::min(runs.runs()[i].end, end);
        if (first < last) {
            std::memset(out + (first - begin), 255, static_cast<size_t>(last - first));
        }
    }
}

void MatteRows::write_band(int y, int begin, int end, const uint8_t* rgba, uint8_t* out) {
    const Position here = position(y, band_.size.height, photo_.height);
    const int below = std::min(here.whole + 1, band_.size.height - 1);
    if (band_.row_has[static_cast<size_t>(here.whole)] == 0 &&
        band_.row_has[static_cast<size_t>(below)] == 0) {
        return;
    }
    blend(y);
    const float* fade = blended_.values[AlphaFit::kFade].data();
    for (int x = begin; x < end; ++x) {
        const Position& at = columns_[static_cast<size_t>(x)];
        if (fade[at.whole] > 0.0f || (fade[at.whole + 1] > 0.0f && at.fraction > 0.0f)) {
            out[x - begin] = alpha(at, rgba + ptrdiff_t{x - begin} * 4);
        }
    }
}

Rect matte_bounds(const Mask& mask) {
    const Rect inner = mask.runs().bounds();
    if (inner.width == 0) {
        return inner;
    }
    const Size photo = mask.prediction()->photo;
    const Size work = work_size(photo);
    // The band's reach and the blending between two pixels of the work picture.
    const double reach = std::ceil(static_cast<double>(band_radius(work))) + 2.0;
    const int across = static_cast<int>(std::ceil(reach * photo.width / work.width));
    const int down = static_cast<int>(std::ceil(reach * photo.height / work.height));
    const int x = std::max(inner.x - across, 0);
    const int y = std::max(inner.y - down, 0);
    return {x, y, std::min(inner.x + inner.width + across, photo.width) - x,
            std::min(inner.y + inner.height + down, photo.height) - y};
}

void write_matte(const Mask& mask, const ImageView& photo, uint8_t* out, ptrdiff_t stride) {
    const int width = photo.upright_width();
    const int height = photo.upright_height();
    MatteRows rows(mask, photo);
    std::vector<uint8_t> rgba(static_cast<size_t>(width) * kRowsRead * 4);
    for (int top = 0; top < height; top += kRowsRead) {
        const int count = std::min(kRowsRead, height - top);
        orient_to_rgba(photo, {0, top, width, count}, rgba.data(), ptrdiff_t{width} * 4);
        for (int i = 0; i < count; ++i) {
            rows.write(top + i, 0, width, rgba.data() + ptrdiff_t{i} * width * 4,
                       out + (top + i) * stride);
        }
    }
}

}  // namespace ssam
