#include "session/everything.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/exact_arithmetic.h"
#include "base/failure.h"
#include "mask/rle.h"
#include "mask/suppression.h"

namespace ssam {
namespace {

// Of the coarse grid of two rounds, in points of the fine one.
constexpr int kCoarse = 4;

// Bytes of run lengths that a search keeps. 32 x 32 points with three smooth masks each at 12
// megapixels take a seventh of it; masks of single pixels, which a bundle may give, would take all
// memory.
constexpr size_t kMostRunLengths = size_t{256} << 20;

// The centre of the index-th of `side` equal cells, in pixels.
double centre(int64_t index, int side, int pixels) {
    return (static_cast<double>(index) + 0.5) / side * pixels - 0.5;
}

bool covers(const RunMask& mask, double x, double y) {
    const int column = static_cast<int>(std::nearbyint(x));
    const int row = static_cast<int>(std::nearbyint(y));
    size_t hint = mask.row_begin(row);
    return touches(mask, row, {column, column + 1}, hint);
}

RunMask nothing(Size size) {
    RunMask mask(size.width, size.height);
    for (int y = 0; y < size.height; ++y) {
        mask.finish_row();
    }
    return mask;
}

class Search {
 public:
    Search(Session& session, const EverythingSettings& settings)
        : session_(session),
          limits_(settings.limits),
          tick_(settings.tick),
          photo_(session.photo()),
          prediction_(std::make_shared<Prediction>()) {
        const Manifest& manifest = session.manifest();
        const Placement at = place(photo_, manifest.input);
        const Size plane = manifest.output(manifest.masks).size();
        part_ = {covered(at.resized.width, at.input.width, plane.width),
                 covered(at.resized.height, at.input.height, plane.height)};
    }

    // Asks at the points of a grid that `done` masks do not cover; adds the masks to `fresh`, if
    // there is such.
    void ask_grid(int side, const RunMask* done, RunMask* fresh) {
        const int64_t count = int64_t{side} * side;
        for (int64_t i = 0; i < count; ++i) {
            const double x = centre(i % side, side, photo_.width);
            const double y = centre(i / side, side, photo_.height);
            if (done == nullptr || !covers(*done, x, y)) {
                history_.add_point(photo_, x, y, true);
                ask({SSAM_PROMPT_FOREGROUND, 0, x, y, x, y}, fresh);
            }
            progress();
        }
    }

    void ask_boxes(const std::vector<Corners>& boxes) {
        for (const Corners& at : boxes) {
            history_.set_box(photo_, at.x0, at.y0, at.x1, at.y1);
            ask({SSAM_PROMPT_BOX, 0, at.x0, at.y0, at.x1, at.y1}, nullptr);
            progress();
        }
    }

    void expect(int64_t total) { total_ = total; }

    std::vector<Region> best() && {
        std::vector<Scored> all;
        std::transform(found_.begin(), found_.end(), std::back_inserter(all),
                       [](const Region& one) { return Scored{one.bounds, one.score}; });
        std::vector<Region> kept;
        const auto stop = [this] { session_.check_cancelled(); };
        for (const size_t index : suppress(all, limits_.max_overlap, stop)) {
            kept.push_back(std::move(found_[index]));
        }
        return kept;
    }

 private:
    // The prompt lies in `history_`, and is taken back there.
    void ask(const ssam_prompt& prompt, RunMask* fresh) {
        session_.check_cancelled();
        session_.answer(history_.state(), prediction_);
        history_.forget();
        for (int32_t index = 0; index < static_cast<int32_t>(prediction_->scores.size()); ++index) {
            keep(index, prompt, fresh);
        }
    }

    void keep(int32_t index, const ssam_prompt& prompt, RunMask* fresh) {
        const float score = prediction_->scores[static_cast<size_t>(index)];
        if (static_cast<double>(score) < limits_.min_score) {
            return;
        }
        const double held = stability(prediction_->view(index), part_);
        if (held < limits_.min_stability) {
            return;
        }
        ssam_predict_options options = ssam_predict_default_options();
        options.candidate = index;
        mask_.choose(prediction_, options, upsampler_);
        const RunMask& runs = mask_.runs();
        const int64_t area = runs.area();
        if (area < std::max<int64_t>(limits_.min_area, 1)) {
            return;
        }
        const std::vector<uint32_t> counts = rle_counts(runs);
        std::string rle = rle_to_string(counts.data(), counts.size());
        rle.shrink_to_fit();
        held_ += rle.size();
        if (held_ > kMostRunLengths) {
            fail(SSAM_ERROR_INVALID_ARGUMENT,
                 "the masks are too ragged: the run lengths of what was found take more than 256 "
                 "MiB; ask at fewer points");
        }
        found_.push_back({runs.bounds(), area, score, held, prompt, std::move(rle)});
        if (fresh != nullptr) {
            *fresh = unite(*fresh, runs);
        }
    }

    void progress() {
        ++done_;
        if (tick_) {
            tick_(done_, total_);
        }
    }

    Session& session_;
    const RegionLimits limits_;
    const std::function<void(int64_t, int64_t)>& tick_;
    const Size photo_;
    Size part_{};  // of a candidate's plane: where the photo is
    PromptHistory history_;
    std::shared_ptr<Prediction> prediction_;
    Mask mask_;
    Upsampler upsampler_;
    std::vector<Region> found_;
    size_t held_ = 0;  // bytes of their run lengths
    int64_t done_ = 0;
    int64_t total_ = 0;
};

}  // namespace

RegionLimits own_limits(const Manifest& manifest) {
    RegionLimits limits;
    if (manifest.family == "squeezesam") {
        limits.min_score = 0.3;
        limits.min_stability = 0.8;
    }
    return limits;
}

std::vector<Region> everything(Session& session, const EverythingSettings& settings) {
    session.renew();
    Search search(session, settings);
    if (settings.boxes != nullptr) {
        if (!session.manifest().can(SSAM_CAN_BOX)) {
            fail(SSAM_ERROR_PROMPT_UNSUPPORTED, "this model was not trained for boxes");
        }
        search.expect(static_cast<int64_t>(settings.boxes->size()));
        search.ask_boxes(*settings.boxes);
        return std::move(search).best();
    }
    const int side = settings.points_per_side;
    const int64_t fine = int64_t{side} * side;
    if (!settings.two_rounds) {
        search.expect(fine);
        search.ask_grid(side, nullptr, nullptr);
        return std::move(search).best();
    }
    const int coarse = std::max(1, side / kCoarse);
    search.expect(int64_t{coarse} * coarse + fine);
    RunMask covered = nothing(session.photo());
    search.ask_grid(coarse, nullptr, &covered);
    search.ask_grid(side, &covered, nullptr);
    return std::move(search).best();
}

}  // namespace ssam
