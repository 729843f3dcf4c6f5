// The edge of a mask, moved to the edges of its photo.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "image/image.h"
#include "mask/prediction.h"
#include "mask/runs.h"

namespace ssam {

constexpr double kDefaultRadius = 1.0;
constexpr double kDefaultEpsilon = 10.0;
constexpr double kMaxRadius = 4.0;

struct RefineSettings {
    double radius;   // of the window, in pixels of the logits
    double epsilon;  // standard deviation of a window's colours that counts as an edge
};

// Refined logits of the pixels near the mask's edge: the band. Immutable.
class Refinement {
 public:
    Refinement(int width, int height) : band_(width, height) {
        starts_.reserve(static_cast<size_t>(height) + 1);
    }

    // Rows from the top: the runs of a row from left to right, then finish_row(). Gives the room
    // for the run's logits, valid until the next call.
    float* add(int begin, int end) {
        band_.add(begin, end);
        logits_.resize(logits_.size() + static_cast<size_t>(end - begin));
        return logits_.data() + logits_.size() - (end - begin);
    }

    void finish_row() {
        band_.finish_row();
        starts_.push_back(logits_.size());
    }

    bool touches(int y) const { return band_.row_begin(y) != band_.row_end(y); }

    // Calls visit(run, its logits) for the runs of row y.
    template <typename Visit>
    void for_each_run(int y, Visit&& visit) const {
        const float* logits = logits_.data() + (y == 0 ? 0 : starts_[static_cast<size_t>(y) - 1]);
        for (size_t i = band_.row_begin(y); i < band_.row_end(y); ++i) {
            const Run& run = band_.runs()[i];
            visit(run, logits);
            logits += run.end - run.begin;
        }
    }

 private:
    RunMask band_;
    std::vector<float> logits_;   // of the band, in raster order
    std::vector<size_t> starts_;  // logits of the rows up to and with this one
};

// `photo` must be of the mask's size.
std::shared_ptr<const Refinement> make_refinement(const Mask& mask, const ImageView& photo,
                                                  const RefineSettings& settings);

}  // namespace ssam
