#include "session/session.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/exact_arithmetic.h"
#include "base/failure.h"
#include "base/sigmoid_byte.h"
#include "base/stopwatch.h"
#include "prompts/planes.h"
#include "prompts/saliency.h"
#include "session/network_input.h"

namespace ssam {
namespace {

size_t area(Size size) {
    return static_cast<size_t>(size.width) * static_cast<size_t>(size.height);
}

// The part of a map that the photo covers: pixels at least half of which lie on it.
int valid_part(int resized, int input, int map) {
    const int64_t twice = 2 * int64_t{resized} * map;
    return std::clamp(static_cast<int>((twice + input) / (2 * int64_t{input})), 1, map);
}

}  // namespace

Session::Turn::Turn(const Session& session) : session_(session) {
    if (session.busy_.test_and_set(std::memory_order_acquire)) {
        fail(SSAM_ERROR_BUSY, "the session is being used by another thread");
    }
}

Session::Session(std::shared_ptr<const Segmenter> segmenter) : segmenter_(std::move(segmenter)) {}

void Session::set_image(const ImageView& image) {
    const Stopwatch watch;
    const Manifest& manifest = segmenter_->manifest();
    NetworkInputs inputs = make_inputs(image, manifest);
    // Nothing below throws: a session keeps its former photo when this one is refused.
    placement_ = inputs.placement;
    image_ = std::move(inputs.image);
    saliency_image_ = std::move(inputs.saliency_image);
    automatic_.reset();
    prompts_.forget();
    open_milliseconds_ = watch.milliseconds();
}

Size Session::photo() const {
    if (!placement_) {
        fail(SSAM_ERROR_STATE, "the session has no photo yet: set one first");
    }
    return placement_->photo;
}

void Session::add_point(double x, double y, bool foreground) {
    const Size size = photo();
    if (!foreground && !segmenter_->bundle().can(SSAM_CAN_NEGATIVE_POINTS)) {
        fail(SSAM_ERROR_PROMPT_UNSUPPORTED, "this model was not trained for background clicks");
    }
    prompts_.add_point(size, x, y, foreground);
}

void Session::set_box(double x0, double y0, double x1, double y1) {
    const Size size = photo();
    if (!segmenter_->bundle().can(SSAM_CAN_BOX)) {
        fail(SSAM_ERROR_PROMPT_UNSUPPORTED, "this model was not trained for boxes");
    }
    prompts_.set_box(size, x0, y0, x1, y1);
}

void Session::stop_if_cancelled() const {
    if (cancelled_.load(std::memory_order_relaxed)) {
        fail(SSAM_ERROR_CANCELLED, "the prediction was cancelled");
    }
}

const std::vector<ssam_prompt>& Session::find_clicks(ssam_timings& timings) {
    if (automatic_) {
        return *automatic_;
    }
    const Manifest& manifest = segmenter_->manifest();
    std::vector<float> heat(area(manifest.heat));
    const Stopwatch saliency_watch;
    segmenter_->run(SSAM_PROGRAM_SALIENCY, {{"image", saliency_image_.data()}},
                    {{"heatmap", heat.data()}});
    timings.saliency = saliency_watch.milliseconds();

    const Stopwatch clicks_watch;
    std::vector<uint8_t> bytes(heat.size());
    std::transform(heat.begin(), heat.end(), bytes.begin(), SigmoidByte::get());
    const Placement small = place(placement_->photo, manifest.saliency);
    const Size map = manifest.heat;
    const ssam_saliency found =
        salient_clicks(bytes.data(), valid_part(small.resized.width, small.input.width, map.width),
                       valid_part(small.resized.height, small.input.height, map.height), map.width);
    const AxisMap to_input_x{static_cast<double>(small.input.width) / map.width};
    const AxisMap to_input_y{static_cast<double>(small.input.height) / map.height};
    std::vector<ssam_prompt> clicks;
    for (size_t i = 0; i < static_cast<size_t>(found.count); ++i) {
        const double x = std::clamp(small.x.to_photo(to_input_x.to_input(found.x[i])), 0.0,
                                    small.photo.width - 1.0);
        const double y = std::clamp(small.y.to_photo(to_input_y.to_input(found.y[i])), 0.0,
                                    small.photo.height - 1.0);
        clicks.push_back({SSAM_PROMPT_FOREGROUND, 1, x, y, x, y});
    }
    automatic_ = std::move(clicks);
    saliency_image_ = {};
    timings.clicks = clicks_watch.milliseconds();
    return *automatic_;
}

std::vector<ssam_prompt> Session::automatic_clicks() {
    photo();
    if (!segmenter_->bundle().can(SSAM_CAN_AUTOMATIC)) {
        fail(SSAM_ERROR_PROMPT_UNSUPPORTED,
             "this bundle has no saliency program: it finds no clicks by itself");
    }
    cancelled_.store(false, std::memory_order_relaxed);
    ssam_timings unused{};
    const std::vector<ssam_prompt>& clicks = find_clicks(unused);
    stop_if_cancelled();  // only now: what the network has found stays for the next time
    return clicks;
}

void Session::choose_prompts(ssam_timings& timings) {
    const PromptState& given = prompts_.state();
    used_.clicks.reserve(given.clicks.capacity() + 5);
    if (given.says_where()) {
        used_ = given;
        return;
    }
    if (!segmenter_->bundle().can(SSAM_CAN_AUTOMATIC)) {
        fail(SSAM_ERROR_PROMPT_UNSUPPORTED,
             "this bundle has no saliency program: give a click or a box");
    }
    used_.box.reset();
    used_.clicks = find_clicks(timings);
    if (used_.clicks.empty()) {
        fail(SSAM_ERROR_NOTHING_STANDS_OUT,
             "nothing stands out in this photo; give a click or a box");
    }
    used_.clicks.insert(used_.clicks.end(), given.clicks.begin(), given.clicks.end());
}

void Session::run_segmenter(Prediction& prediction) {
    const Manifest& manifest = segmenter_->manifest();
    const Stopwatch planes_watch;
    to_network(used_, *placement_, manifest.max_points, network_);
    planes_.resize(2 * area(manifest.input));
    draw_planes(network_.plane_points.data(), network_.plane_labels.data(),
                network_.plane_labels.size(), manifest.input, manifest.click_radius,
                manifest.box_default, planes_.data());
    prediction.timings.planes = planes_watch.milliseconds();
    stop_if_cancelled();

    const Stopwatch segmenter_watch;
    prediction.plane = manifest.mask;
    prediction.logits.resize(area(manifest.mask) * static_cast<size_t>(manifest.candidates));
    prediction.scores.resize(static_cast<size_t>(manifest.candidates));
    segmenter_->run(SSAM_PROGRAM_SEGMENTER,
                    {{"image", image_.data()},
                     {"prompts", planes_.data()},
                     {"points", network_.points.data()},
                     {"labels", network_.labels.data()}},
                    {{"masks", prediction.logits.data()}, {"scores", prediction.scores.data()}});
    for (float& score : prediction.scores) {
        score = std::clamp(score, 0.0f, 1.0f);
    }
    prediction.timings.segmenter = segmenter_watch.milliseconds();
    stop_if_cancelled();
}

void Session::predict(const ssam_predict_options& options, std::shared_ptr<Prediction> prediction,
                      Mask& mask) {
    photo();
    cancelled_.store(false, std::memory_order_relaxed);
    const Stopwatch watch;
    prediction->timings = {};
    prediction->timings.open = open_milliseconds_;
    choose_prompts(prediction->timings);
    stop_if_cancelled();
    prediction->photo = placement_->photo;
    used_.list(prediction->prompts);
    run_segmenter(*prediction);
    const Placement& at = *placement_;
    prediction->valid_width =
        static_cast<double>(at.resized.width) * prediction->plane.width / at.input.width;
    prediction->valid_height =
        static_cast<double>(at.resized.height) * prediction->plane.height / at.input.height;
    prediction->timings.total = watch.milliseconds();
    mask.choose(std::move(prediction), options, upsampler_);
    stop_if_cancelled();
}

}  // namespace ssam
