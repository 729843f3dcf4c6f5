#include "prompts.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "exact_arithmetic.h"
#include "failure.h"

namespace ssam {
namespace {

std::string size_text(Size photo) {
    return std::to_string(photo.width) + "x" + std::to_string(photo.height);
}

std::string box_text(double x0, double y0, double x1, double y1) {
    return "(" + number(x0) + ", " + number(y0) + ", " + number(x1) + ", " + number(y1) + ")";
}

bool is_inside(double at, int side) { return at >= -0.5 && at < side - 0.5; }

void append(std::vector<float>& points, std::vector<float>& labels, const Placement& placement,
            double x, double y, float label) {
    points.push_back(static_cast<float>(placement.x.to_input(x)));
    points.push_back(static_cast<float>(placement.y.to_input(y)));
    labels.push_back(label);
}

}  // namespace

bool PromptState::says_where() const {
    return box || std::any_of(clicks.begin(), clicks.end(), [](const ssam_prompt& click) {
               return click.kind == SSAM_PROMPT_FOREGROUND;
           });
}

std::vector<ssam_prompt> PromptState::list() const {
    std::vector<ssam_prompt> all;
    all.reserve(clicks.size() + 1);
    if (box) {
        all.push_back(*box);
    }
    all.insert(all.end(), clicks.begin(), clicks.end());
    return all;
}

void PromptHistory::add_point(Size photo, double x, double y, bool foreground) {
    if (!is_inside(x, photo.width) || !is_inside(y, photo.height)) {
        fail(SSAM_ERROR_PROMPT, "the click (" + number(x) + ", " + number(y) +
                                    ") is outside the photo of " + size_text(photo) + " pixels");
    }
    const int kind = foreground ? SSAM_PROMPT_FOREGROUND : SSAM_PROMPT_BACKGROUND;
    actions_.push_back({Action::Kind::kAddPoint, {}});
    try {
        state_.clicks.push_back({kind, 0, x, y, x, y});
    } catch (...) {
        actions_.pop_back();
        throw;
    }
}

void PromptHistory::set_box(Size photo, double x0, double y0, double x1, double y1) {
    const std::string box = "the box " + box_text(x0, y0, x1, y1);
    if (!std::isfinite(x0) || !std::isfinite(y0) || !std::isfinite(x1) || !std::isfinite(y1)) {
        fail(SSAM_ERROR_PROMPT, box + " has a corner that is not a number");
    }
    if (x0 >= x1 || y0 >= y1) {
        fail(SSAM_ERROR_PROMPT, box + (x0 > x1 || y0 > y1 ? " is inverted" : " is empty") +
                                    ": the first corner must be left of and above the second");
    }
    const double right = photo.width - 0.5;
    const double bottom = photo.height - 0.5;
    if (x0 >= right || y0 >= bottom || x1 <= -0.5 || y1 <= -0.5) {
        fail(SSAM_ERROR_PROMPT,
             box + " does not touch the photo of " + size_text(photo) + " pixels");
    }
    actions_.push_back({Action::Kind::kSetBox, {state_.box, {}}});
    state_.box = ssam_prompt{SSAM_PROMPT_BOX,     0,
                             std::max(x0, -0.5),  std::max(y0, -0.5),
                             std::min(x1, right), std::min(y1, bottom)};
}

void PromptHistory::clear() {
    if (!state_.empty()) {
        actions_.push_back({Action::Kind::kClear, {}});
        std::swap(actions_.back().before, state_);
    }
}

bool PromptHistory::undo() {
    if (actions_.empty()) {
        return false;
    }
    Action& action = actions_.back();
    switch (action.kind) {
        case Action::Kind::kAddPoint:
            state_.clicks.pop_back();
            break;
        case Action::Kind::kSetBox:
            state_.box = action.before.box;
            break;
        case Action::Kind::kClear:
            state_ = std::move(action.before);
            break;
    }
    actions_.pop_back();
    return true;
}

void PromptHistory::forget() {
    state_ = {};
    actions_.clear();
}

NetworkPrompts to_network(const PromptState& state, const Placement& placement, int max_points) {
    NetworkPrompts out;
    if (state.box) {
        const ssam_prompt& box = *state.box;
        append(out.plane_points, out.plane_labels, placement, box.x0, box.y0, 2.0f);
        append(out.plane_points, out.plane_labels, placement, box.x1, box.y1, 3.0f);
    }
    out.points = out.plane_points;
    out.labels = out.plane_labels;
    for (const ssam_prompt& click : state.clicks) {
        append(out.plane_points, out.plane_labels, placement, click.x0, click.y0,
               click.kind == SSAM_PROMPT_FOREGROUND ? 1.0f : 0.0f);
    }
    const auto slots = static_cast<size_t>(max_points);
    const size_t corners = out.labels.size();
    const size_t kept = std::min(state.clicks.size(), slots - std::min(slots, corners));
    const size_t skipped = corners + state.clicks.size() - kept;
    const auto offset = static_cast<ptrdiff_t>(skipped);
    out.points.insert(out.points.end(), out.plane_points.begin() + 2 * offset,
                      out.plane_points.end());
    out.labels.insert(out.labels.end(), out.plane_labels.begin() + offset, out.plane_labels.end());
    out.points.resize(slots * 2, 0.0f);
    out.labels.resize(slots, -1.0f);
    return out;
}

}  // namespace ssam
