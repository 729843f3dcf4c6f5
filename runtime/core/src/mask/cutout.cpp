#include "mask/cutout.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <vector>

#include "base/failure.h"
#include "mask/components.h"
#include "mask/matte.h"

namespace ssam {
namespace {

// A piece that was taken away leaves a fringe of low alpha round it. At falling thresholds the
// piece grows; as long as it stays apart from the mask, all it has grown over belongs to it. Holes
// likewise, with rising thresholds. The last level is where alpha ends.
constexpr float kLevels[] = {0.0f, 0.5f, 1.0f, 1.5f, 2.0f, 3.0f, 4.0f, 5.0f, 6.3f};

RunMask find_hidden(const Mask& mask) {
    RunMask hidden = pieces_apart(above(mask, 0.0f), Neighbours::kEight, mask.runs());
    for (const float level : kLevels) {
        hidden = unite(hidden, pieces_apart(above(mask, -level), Neighbours::kEight, mask.runs()));
    }
    return hidden;
}

RunMask find_filled(const Mask& mask) {
    const RunMask background = complement(mask.runs());
    RunMask filled(background.width(), background.height());
    for (int y = 0; y < background.height(); ++y) {
        filled.finish_row();
    }
    for (const float level : kLevels) {
        filled = unite(filled,
                       pieces_apart(complement(above(mask, level)), Neighbours::kFour, background));
    }
    return filled;
}

void paint(const RunMask& where, int y, uint8_t value, uint8_t* out) {
    for (size_t i = where.row_begin(y); i < where.row_end(y); ++i) {
        const Run& run = where.runs()[i];
        std::memset(out + run.begin, value, static_cast<size_t>(run.end - run.begin));
    }
}

}  // namespace

CertaintyRows::CertaintyRows(const Mask& mask) : rows_(mask) {
    if (mask.changed()) {
        hidden_ = find_hidden(mask);
        filled_ = find_filled(mask);
        overruled_ = true;
    }
}

void CertaintyRows::write(int y, uint8_t* out) {
    rows_.write_alpha_row(y, out);
    if (overruled_) {
        paint(hidden_, y, 0, out);
        paint(filled_, y, 255, out);
    }
}

Rect cutout_rect(const Mask& mask, const CutoutSettings& settings) {
    if (!settings.crop) {
        return {0, 0, mask.runs().width(), mask.runs().height()};
    }
    const Rect rect = settings.soft ? matte_bounds(mask) : mask.runs().bounds();
    if (rect.width == 0) {
        fail(SSAM_ERROR_STATE, "the mask is empty: there is nothing to crop to");
    }
    return rect;
}

void write_cutout(const Mask& mask, const ImageView& photo, const Rect& rect,
                  const CutoutSettings& settings, uint8_t* out, ptrdiff_t stride) {
    orient_to_rgba(photo, rect, out, stride);
    std::optional<MatteRows> matte;
    if (settings.soft) {
        matte.emplace(mask, photo);
    }
    std::vector<uint8_t> alphas(static_cast<size_t>(photo.upright_width()));
    for (int y = 0; y < rect.height; ++y) {
        uint8_t* pixel = out + y * stride;
        const uint8_t* alpha = alphas.data();
        if (matte) {
            matte->write(rect.y + y, rect.x, rect.x + rect.width, pixel, alphas.data());
        } else {
            std::fill(alphas.begin(), alphas.end(), uint8_t{0});
            paint(mask.runs(), rect.y + y, 255, alphas.data());
            alpha += rect.x;
        }
        for (int x = 0; x < rect.width; ++x, pixel += 4) {
            const uint8_t a = matte ? alpha[x] : times(alpha[x], pixel[3]);
            if (a == 255) {
                continue;
            }
            for (int c = 0; c < 3; ++c) {
                // Colour under no alpha would only leak what was cut away.
                pixel[c] =
                    a == 0 ? uint8_t{0} : (settings.premultiplied ? times(pixel[c], a) : pixel[c]);
            }
            pixel[3] = a;
        }
    }
}

}  // namespace ssam
