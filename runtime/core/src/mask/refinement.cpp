#include "mask/refinement.h"

#include <array>
#include <cmath>

#include "base/exact_arithmetic.h"
#include "image/geometry.h"
#include "image/resize.h"
#include "mask/guided_filter.h"
#include "mask/upsample.h"
#include "mask/work_size.h"

namespace ssam {
namespace {

// Rows of the photo read together: a photo turned by 90 degrees is read down its columns.
constexpr int kRowsRead = 16;

using Planes = std::array<std::vector<float>, GuidedPlanes::kCount>;

std::vector<int16_t> logits_in_steps(const PlaneView& plane, Size size) {
    std::vector<int16_t> steps;
    steps.reserve(static_cast<size_t>(size.width) * static_cast<size_t>(size.height));
    std::vector<float> row(static_cast<size_t>(size.width));
    Upsampler upsampler(plane, size);
    constexpr float kLimit = kLogitLimit;
    for (int y = 0; y < size.height; ++y) {
        upsampler.write_row(y, row.data());
        for (const float logit : row) {
            const float step = std::clamp(logit, -kLimit, kLimit) * kLogitSteps;
            // A logit above 0 stays above 0: the filter counts on the sign.
            steps.push_back(static_cast<int16_t>(logit > 0 ? std::ceil(step) : std::floor(step)));
        }
    }
    return steps;
}

// Coefficients between pixels of the work picture, for a row of the photo.
class Coefficients {
 public:
    Coefficients(const GuidedPlanes& planes, Size photo)
        : planes_(planes), photo_(photo), columns_(static_cast<size_t>(photo.width)) {
        for (int x = 0; x < photo.width; ++x) {
            columns_[static_cast<size_t>(x)] = position(x, planes.size.width, photo.width);
        }
    }

    // Blends two rows of the work picture; each plane's last value stands there once more.
    void blend(int y, Planes& rows) const {
        const Position here = position(y, planes_.size.height, photo_.height);
        const int below = std::min(here.whole + 1, planes_.size.height - 1);
        const float keep = 1.0f - here.fraction;
        for (int k = 0; k < GuidedPlanes::kCount; ++k) {
            const float* upper = planes_.row(k, here.whole);
            const float* lower = planes_.row(k, below);
            std::vector<float>& row = rows[static_cast<size_t>(k)];
            row.resize(static_cast<size_t>(planes_.size.width) + 1);
            for (int x = 0; x < planes_.size.width; ++x) {
                row[static_cast<size_t>(x)] = keep * upper[x] + here.fraction * lower[x];
            }
            row.back() = row[row.size() - 2];
        }
    }

    // The stretches of a row of the photo where the weight is above 0.
    void find_band(const Planes& rows, std::vector<Run>& band) const {
        const std::vector<float>& weights = rows[GuidedPlanes::kWeight];
        band.clear();
        for (int x = 0; x < photo_.width; ++x) {
            const Position& at = columns_[static_cast<size_t>(x)];
            const auto left = static_cast<size_t>(at.whole);
            const bool near = weights[left] > 0.0f || (weights[left + 1] > 0.0f && at.fraction > 0);
            if (near && !band.empty() && band.back().end == x) {
                ++band.back().end;
            } else if (near) {
                band.push_back({x, x + 1});
            }
        }
    }

    float logit(const Planes& rows, int x, const uint8_t* rgb, float unrefined) const {
        const Position& at = columns_[static_cast<size_t>(x)];
        const auto left = static_cast<size_t>(at.whole);
        const float keep = 1.0f - at.fraction;
        const auto value = [&](size_t k) {
            return keep * rows[k][left] + at.fraction * rows[k][left + 1];
        };
        return value(GuidedPlanes::kRed) * static_cast<float>(rgb[0]) +
               value(GuidedPlanes::kGreen) * static_cast<float>(rgb[1]) +
               value(GuidedPlanes::kBlue) * static_cast<float>(rgb[2]) +
               value(GuidedPlanes::kOffset) + (1.0f - value(GuidedPlanes::kWeight)) * unrefined;
    }

 private:
    const GuidedPlanes& planes_;
    Size photo_;
    std::vector<Position> columns_;
};

// A few rows of the photo with what refines them.
struct Rows {
    std::array<Planes, kRowsRead> planes;
    std::array<std::vector<Run>, kRowsRead> bands;
    std::vector<uint8_t> rgba;
    std::vector<float> logits;  // of one row, unrefined
};

// Columns that any of the first `count` bands covers; an empty run if none does.
Run extent(const Rows& rows, int count) {
    Run all{0, 0};
    for (int i = 0; i < count; ++i) {
        const std::vector<Run>& band = rows.bands[static_cast<size_t>(i)];
        if (!band.empty()) {
            all.begin = all.end == 0 ? band.front().begin : std::min(all.begin, band.front().begin);
            all.end = std::max(all.end, band.back().end);
        }
    }
    return all;
}

void refine_rows(int top, int count, const Coefficients& coefficients, const ImageView& photo,
                 Upsampler& upsampler, Rows& rows, Refinement& refinement) {
    for (int i = 0; i < count; ++i) {
        const auto row = static_cast<size_t>(i);
        coefficients.blend(top + i, rows.planes[row]);
        coefficients.find_band(rows.planes[row], rows.bands[row]);
    }
    const Run columns = extent(rows, count);
    const int width = columns.end - columns.begin;
    if (width > 0) {
        rows.rgba.resize(static_cast<size_t>(width) * static_cast<size_t>(count) * 4);
        orient_to_rgba(photo, {columns.begin, top, width, count}, rows.rgba.data(),
                       ptrdiff_t{width} * 4);
        if (photo.has_alpha) {
            lay_over_white(rows.rgba.data(), rows.rgba.size() / 4);
        }
    }
    for (int i = 0; i < count; ++i) {
        const auto row = static_cast<size_t>(i);
        if (!rows.bands[row].empty()) {
            upsampler.write_row(top + i, rows.logits.data());
        }
        for (const Run& run : rows.bands[row]) {
            const uint8_t* rgba = rows.rgba.data() +
                                  (ptrdiff_t{i} * width + run.begin - columns.begin) * ptrdiff_t{4};
            float* to = refinement.add(run.begin, run.end);
            for (int x = run.begin; x < run.end; ++x, rgba += 4) {
                *to++ = coefficients.logit(rows.planes[row], x, rgba,
                                           rows.logits[static_cast<size_t>(x)]);
            }
        }
        refinement.finish_row();
    }
}

}  // namespace

std::shared_ptr<const Refinement> make_refinement(const Mask& mask, const ImageView& photo,
                                                  const RefineSettings& settings) {
    const Size size = mask.prediction()->photo;
    const Size work = work_size(size);
    const PlaneView plane = mask.view();
    const double pixel = std::max(work.width / plane.valid_width, work.height / plane.valid_height);
    const double radius = std::clamp(std::floor(settings.radius * pixel + 0.5), 1.0,
                                     static_cast<double>(kMaxWindowRadius));
    const GuidedPlanes planes = guided_filter(resize_rgb(photo, work), logits_in_steps(plane, work),
                                              work, static_cast<int>(radius), settings.epsilon);
    const Coefficients coefficients(planes, size);
    Upsampler upsampler(plane, size);
    Rows rows;
    rows.logits.resize(static_cast<size_t>(size.width));
    auto refinement = std::make_shared<Refinement>(size.width, size.height);
    for (int top = 0; top < size.height; top += kRowsRead) {
        refine_rows(top, std::min(kRowsRead, size.height - top), coefficients, photo, upsampler,
                    rows, *refinement);
    }
    return refinement;
}

}  // namespace ssam
