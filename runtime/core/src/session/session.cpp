#include "session/session.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/exact_arithmetic.h"
#include "base/failure.h"
#include "base/sigmoid_byte.h"
#include "base/stopwatch.h"
#include "session/photo_inputs.h"
#include "session/score_heads.h"

namespace ssam {
namespace {

// The part of a map's side that the photo covers, in the map's pixels. `resized`: the photo's side
// in an input with the side `input`, of which the map shows all.
double valid(int resized, int input, int map) { return static_cast<double>(resized) * map / input; }

}  // namespace

Session::Turn::Turn(const Session& session) : session_(session) {
    if (session.busy_.test_and_set(std::memory_order_acquire)) {
        fail(SSAM_ERROR_BUSY, "the session is being used by another thread");
    }
}

Session::Session(std::shared_ptr<const Model> model) : pipeline_(std::move(model)) {}

void Session::set_image(const ImageView& image) {
    const Stopwatch watch;
    if (is_all_clear(image)) {
        fail(SSAM_ERROR_PHOTO, "the photo is transparent everywhere: there is nothing to cut out");
    }
    PhotoInputs inputs = make_photo_inputs(image, manifest());
    // Nothing below throws: a session keeps its former photo when this one is refused.
    placement_ = inputs.placement;
    pipeline_.take_photo(std::move(inputs.images));
    automatic_.reset();
    heat_share_.forget();
    prompts_.forget();
    previous_.forget();
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
    if (!foreground && !manifest().can(SSAM_CAN_NEGATIVE_POINTS)) {
        fail(SSAM_ERROR_PROMPT_UNSUPPORTED, "this model was not trained for background clicks");
    }
    // Whoever confirms what is shown wants no other mask.
    const bool automatic = !foreground && !prompts_.state().says_where();
    const bool idle = previous_.shows(prompts_.depth(), automatic, x, y, foreground);
    prompts_.add_point(size, x, y, foreground, idle);
    previous_.act(prompts_.depth(), false, idle);
}

void Session::set_box(double x0, double y0, double x1, double y1) {
    const Size size = photo();
    if (!manifest().can(SSAM_CAN_BOX)) {
        fail(SSAM_ERROR_PROMPT_UNSUPPORTED, "this model was not trained for boxes");
    }
    const bool replaces = prompts_.state().box.has_value();
    prompts_.set_box(size, x0, y0, x1, y1);
    previous_.act(prompts_.depth(), replaces);
}

void Session::clear() {
    const size_t before = prompts_.depth();
    prompts_.clear();
    if (prompts_.depth() != before) {
        previous_.act(prompts_.depth(), true);
    }
}

bool Session::undo() {
    previous_.undo();
    return prompts_.undo();
}

void Session::set_automatic(const ClickChoice& choice) {
    if (choice.random == choice_.random && choice.seed == choice_.seed) {
        return;
    }
    choice_ = choice;
    if (automatic_) {
        automatic_.reset();
        previous_.forget_automatic();  // those masks answered other clicks
    }
}

void Session::renew() {
    photo();
    cancellation_.reset();
}

void Session::start(Prediction& prediction) {
    prediction.timings = {};
    prediction.timings.open = open_milliseconds_;
    prediction.programs.clear();
    for (const ProgramSpec& program : manifest().programs) {
        prediction.programs.push_back({program.name.c_str(), 0.0});
    }
    prediction.names = pipeline_.bundle();
}

const std::vector<ssam_prompt>& Session::find_clicks(Prediction& prediction) {
    if (automatic_) {
        return *automatic_;
    }
    const TensorLink link = *manifest().heat;
    pipeline_.run(manifest().heat_programs, cancellation_, prediction.programs);

    const Stopwatch watch;
    const std::vector<float>& heat = pipeline_.output(link);
    std::vector<uint8_t> bytes(heat.size());
    std::transform(heat.begin(), heat.end(), bytes.begin(), SigmoidByte::get());
    const Placement small = place(placement_->photo, manifest().programs[link.program].frame);
    const Size map = manifest().output(link).size();
    ssam_saliency found = salient_clicks(
        bytes.data(), covered(small.resized.width, small.input.width, map.width),
        covered(small.resized.height, small.input.height, map.height), map.width, choice_);
    // Otsu splits any map in two, that of a bare wall as well.
    if (found.peak < manifest().output(link).least_peak) {
        found.count = 0;
    }
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
    prediction.timings.clicks = watch.milliseconds();
    return *automatic_;
}

std::vector<ssam_prompt> Session::automatic_clicks() {
    renew();
    if (!manifest().can(SSAM_CAN_AUTOMATIC)) {
        fail(SSAM_ERROR_PROMPT_UNSUPPORTED,
             "this bundle has no heat map: it finds no clicks by itself");
    }
    Prediction unused;
    start(unused);
    const std::vector<ssam_prompt>& clicks = find_clicks(unused);
    cancellation_.check();  // only now: what was found stays for the next time
    return clicks;
}

bool Session::choose_prompts(Prediction& prediction) {
    const PromptState& given = prompts_.state();
    used_.clicks.reserve(given.clicks.capacity() + 5);
    if (given.says_where()) {
        used_ = given;
        return false;
    }
    if (!manifest().can(SSAM_CAN_AUTOMATIC)) {
        fail(SSAM_ERROR_PROMPT_UNSUPPORTED, "this bundle has no heat map: give a click or a box");
    }
    used_.box.reset();
    used_.clicks = find_clicks(prediction);
    if (used_.clicks.empty()) {
        fail(SSAM_ERROR_NOTHING_STANDS_OUT,
             "nothing stands out in this photo; give a click or a box");
    }
    used_.clicks.insert(used_.clicks.end(), given.clicks.begin(), given.clicks.end());
    return true;
}

void Session::find_masks(Prediction& prediction, const float* previous) {
    const Stopwatch watch;
    pipeline_.take_prompts(used_, *placement_, previous);
    prediction.timings.prompts = watch.milliseconds();
    cancellation_.check();

    const TensorSpec& masks = manifest().output(manifest().masks);
    prediction.plane = masks.size();
    prediction.logits.resize(static_cast<size_t>(masks.count()));
    prediction.scores.resize(static_cast<size_t>(masks.shape[1]));
    pipeline_.give_masks(prediction.logits.data(), prediction.scores.data());
    pipeline_.run(manifest().mask_programs, cancellation_, prediction.programs);
    cancellation_.check();
}

PromptKind Session::kind(bool automatic) const {
    if (automatic) {
        return PromptKind::kAutomatic;
    }
    if (used_.box) {
        return PromptKind::kBox;
    }
    return used_.clicks.size() > 1 ? PromptKind::kClicks : PromptKind::kClick;
}

bool Session::find_heat_share(Prediction& prediction) {
    if (!manifest().heat) {
        return false;
    }
    if (!heat_share_.known()) {
        const TensorLink link = *manifest().heat;
        pipeline_.run(manifest().heat_programs, cancellation_, prediction.programs);
        heat_share_.take(pipeline_.output(link), manifest().output(link).size(),
                         place(placement_->photo, manifest().programs[link.program].frame),
                         prediction, upsampler_);
    }
    return true;
}

void Session::join_heat(Prediction& prediction, PromptKind kind) {
    const HeatWeights& weights = manifest().output(manifest().masks).heat_weights;
    const float weight = weights[static_cast<size_t>(kind)];
    if (weight == 0) {
        return;
    }
    if (!find_heat_share(prediction)) {
        return;
    }
    // What stands out somewhere else than where the person points says nothing of the object.
    const float under =
        kind == PromptKind::kAutomatic ? 1.0f : heat_share_.under(used_, *placement_, prediction);
    heat_share_.add_to(prediction, weight * under, used_, *placement_);
}

void Session::make_honest(Prediction& prediction, PromptKind kind) {
    const std::optional<ScoreHeads>& heads = manifest().output(manifest().scores).score_heads;
    if (!heads) {
        for (float& score : prediction.scores) {
            score = std::clamp(score, 0.0f, 1.0f);
        }
        return;
    }
    const bool with_heat = looks_at_heat(*heads, kind) && find_heat_share(prediction);
    apply(*heads, kind, with_heat ? heat_share_.plane().data() : nullptr,
          on_plane(used_, *placement_, prediction.plane), trait_reader_, prediction);
}

void Session::fill(Prediction& prediction, const float* previous, PromptKind kind, bool heat) {
    prediction.photo = placement_->photo;
    find_masks(prediction, previous);
    const Placement& at = *placement_;
    prediction.valid_width = valid(at.resized.width, at.input.width, prediction.plane.width);
    prediction.valid_height = valid(at.resized.height, at.input.height, prediction.plane.height);
    if (heat) {
        join_heat(prediction, kind);
    }
    // Where the share is in the former mask alone, these masks are like those of clicks by hand.
    const bool bare = kind == PromptKind::kAutomatic && previous != nullptr;
    make_honest(prediction, bare ? PromptKind::kClicks : kind);
}

void Session::answer(const PromptState& prompts, const std::shared_ptr<Prediction>& prediction) {
    start(*prediction);
    used_ = prompts;
    used_.list(prediction->prompts);
    fill(*prediction, nullptr, kind(false), false);
}

void Session::predict(const ssam_predict_options& options, std::shared_ptr<Prediction> prediction,
                      Mask& mask) {
    renew();
    const Stopwatch watch;
    start(*prediction);
    const bool automatic = choose_prompts(*prediction);
    cancellation_.check();
    used_.list(prediction->prompts);
    // Clicks that asked for nothing new have the answer of those before them.
    const size_t depth = prompts_.depth();
    const size_t idle = prompts_.idle_clicks();
    used_.clicks.resize(used_.clicks.size() - idle);
    const bool builds_on = manifest().can(SSAM_CAN_PREVIOUS_MASK);
    const float* previous = builds_on ? previous_.before(depth - idle, automatic) : nullptr;
    // A mask to build on has its share of the heat map already.
    fill(*prediction, previous, kind(automatic), previous == nullptr);
    prediction->timings.total = watch.milliseconds();
    mask.choose(std::move(prediction), options, upsampler_);
    cancellation_.check();
    previous_.show(depth, automatic, mask.runs());
    if (builds_on) {
        const PlaneView chosen = mask.view();
        previous_.remember(depth, automatic, chosen.data,
                           static_cast<size_t>(chosen.width) * static_cast<size_t>(chosen.height));
    }
}

}  // namespace ssam
