#include "mask/cutout.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/failure.h"
#include "mask/components.h"
#include "mask/foreground.h"
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

// Rows of the photo with their own alpha, a few read at a time; null for a photo without.
class OwnRows {
 public:
    OwnRows(const ImageView& photo, const Rect& rect) : photo_(photo), rect_(rect) {}

    const uint8_t* row(int y) {
        if (!photo_.has_alpha) {
            return nullptr;
        }
        if (y < first_ || y >= first_ + kRowsRead) {
            first_ = y;
            const int count = std::min(kRowsRead, rect_.height - y);
            rgba_.resize(static_cast<size_t>(rect_.width) * static_cast<size_t>(count) * 4);
            orient_to_rgba(photo_, {rect_.x, rect_.y + y, rect_.width, count}, rgba_.data(),
                           ptrdiff_t{rect_.width} * 4);
        }
        return rgba_.data() + ptrdiff_t{y - first_} * rect_.width * 4;
    }

 private:
    static constexpr int kRowsRead = 16;

    const ImageView& photo_;
    const Rect& rect_;
    int first_ = -kRowsRead;
    std::vector<uint8_t> rgba_;
};

// Both write the alpha of RGBA rows that hold the photo's colours, soft also those of the edge.
void write_soft_alpha(const Mask& mask, const ImageView& photo, const Rect& rect, uint8_t* out,
                      ptrdiff_t stride) {
    MatteRows matte(mask, photo);
    std::vector<uint8_t> alphas(static_cast<size_t>(rect.width));
    bool between = false;
    for (int y = 0; y < rect.height; ++y) {
        uint8_t* pixel = out + y * stride;
        matte.write(rect.y + y, rect.x, rect.x + rect.width, pixel, alphas.data());
        for (const uint8_t alpha : alphas) {
            pixel[3] = alpha;
            pixel += 4;
            between |= alpha != 0 && alpha != 255;
        }
    }
    if (!between) {
        return;
    }
    const Size size{photo.upright_width(), photo.upright_height()};
    Foreground foreground(matte.work_rgb(), matte.work_alpha(), matte.work(), size);
    OwnRows own(photo, rect);
    for (int y = 0; y < rect.height; ++y) {
        foreground.restore(rect.y + y, rect.x, rect.width, own.row(y), out + y * stride);
    }
}

void write_hard_alpha(const Mask& mask, const Rect& rect, uint8_t* out, ptrdiff_t stride) {
    std::vector<uint8_t> alphas(static_cast<size_t>(mask.runs().width()));
    for (int y = 0; y < rect.height; ++y) {
        std::fill(alphas.begin(), alphas.end(), uint8_t{0});
        paint(mask.runs(), rect.y + y, 255, alphas.data());
        uint8_t* pixel = out + y * stride;
        for (int x = 0; x < rect.width; ++x, pixel += 4) {
            pixel[3] = times(alphas[static_cast<size_t>(rect.x + x)], pixel[3]);
        }
    }
}

// Colour under no alpha would only leak what was cut away.
void finish(uint8_t* rgba, int count, bool premultiplied) {
    for (int x = 0; x < count; ++x, rgba += 4) {
        const uint8_t alpha = rgba[3];
        for (int c = 0; alpha != 255 && c < 3; ++c) {
            rgba[c] = alpha == 0 ? uint8_t{0} : (premultiplied ? times(rgba[c], alpha) : rgba[c]);
        }
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
    if (settings.soft) {
        write_soft_alpha(mask, photo, rect, out, stride);
    } else {
        write_hard_alpha(mask, rect, out, stride);
    }
    for (int y = 0; y < rect.height; ++y) {
        finish(out + y * stride, rect.width, settings.premultiplied);
    }
}

}  // namespace ssam
