#include "mask/cutout.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "base/failure.h"
#include "base/sigmoid_byte.h"
#include "mask/components.h"

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

// round(a * b / 255) for bytes, exact.
uint8_t times(unsigned a, unsigned b) {
    const unsigned product = a * b + 128;
    return static_cast<uint8_t>((product + (product >> 8)) >> 8);
}

}  // namespace

AlphaRows::AlphaRows(const Mask& mask, bool soft) : mask_(mask) {
    if (!soft) {
        return;
    }
    rows_.emplace(mask);
    if (mask.changed()) {
        hidden_ = find_hidden(mask);
        filled_ = find_filled(mask);
        overruled_ = true;
    }
}

void AlphaRows::write(int y, uint8_t* out) {
    if (!rows_) {
        std::memset(out, 0, static_cast<size_t>(mask_.runs().width()));
        paint(mask_.runs(), y, 255, out);
        return;
    }
    rows_->write_alpha_row(y, out);
    if (overruled_) {
        paint(hidden_, y, 0, out);
        paint(filled_, y, 255, out);
    }
}

Rect AlphaRows::bounds() const {
    if (!rows_) {
        return mask_.runs().bounds();
    }
    const float clear = SigmoidByte::get().least(1);
    const RunMask visible = above(mask_, std::nextafter(clear, -INFINITY));
    if (!overruled_) {
        return visible.bounds();
    }
    // Visible and not hidden, by way of the complement of "invisible or hidden"; and filled.
    return unite(complement(unite(complement(visible), hidden_)), filled_).bounds();
}

Rect cutout_rect(const AlphaRows& alpha, const Mask& mask, bool crop) {
    if (!crop) {
        return {0, 0, mask.runs().width(), mask.runs().height()};
    }
    const Rect rect = alpha.bounds();
    if (rect.width == 0) {
        fail(SSAM_ERROR_STATE, "the mask is empty: there is nothing to crop to");
    }
    return rect;
}

void write_cutout(AlphaRows& alpha, const ImageView& photo, const Rect& rect, bool premultiplied,
                  uint8_t* out, ptrdiff_t stride) {
    orient_to_rgba(photo, rect, out, stride);
    std::vector<uint8_t> alphas(static_cast<size_t>(photo.upright_width()));
    for (int y = 0; y < rect.height; ++y) {
        alpha.write(rect.y + y, alphas.data());
        uint8_t* pixel = out + y * stride;
        for (int x = 0; x < rect.width; ++x, pixel += 4) {
            const uint8_t a = alphas[static_cast<size_t>(rect.x + x)];
            if (a == 255) {
                continue;
            }
            for (int c = 0; c < 3; ++c) {
                // Colour under no alpha would only leak what was cut away.
                pixel[c] = a == 0 ? uint8_t{0} : (premultiplied ? times(pixel[c], a) : pixel[c]);
            }
            pixel[3] = a;
        }
    }
}

}  // namespace ssam
