#include "prompts/prompts.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "base/exact_arithmetic.h"
#include "base/failure.h"

namespace ssam {
namespace {

// So many prompts and actions fit without another allocation.
constexpr size_t kRoom = 64;

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

void PromptState::list(std::vector<ssam_prompt>& all) const {
    all.clear();
    all.reserve(std::max(clicks.size() + 1, kRoom));
    if (box) {
        all.push_back(*box);
    }
    all.insert(all.end(), clicks.begin(), clicks.end());
}

std::vector<ssam_prompt> PromptState::list() const {
    std::vector<ssam_prompt> all;
    list(all);
    return all;
}

PromptHistory::PromptHistory() {
    state_.clicks.reserve(kRoom);
    actions_.reserve(kRoom);
}

void PromptHistory::add_point(Size photo, double x, double y, bool foreground, bool idle) {
    if (!is_inside(x, photo.width) || !is_inside(y, photo.height)) {
        fail(SSAM_ERROR_PROMPT, "the click (" + number(x) + ", " + number(y) +
                                    ") is outside the photo of " + size_text(photo) + " pixels");
    }
    const int kind = foreground ? SSAM_PROMPT_FOREGROUND : SSAM_PROMPT_BACKGROUND;
    actions_.push_back({idle ? Action::Kind::kAddIdlePoint : Action::Kind::kAddPoint, {}});
    try {
        state_.clicks.push_back({kind, 0, x, y, x, y});
    } catch (...) {
        actions_.pop_back();
        throw;
    }
}

void PromptHistory::set_box(Size photo, double x0, double y0, double x1, double y1) {
    // Only a refusal needs the words.
    const auto box = [&] { return "the box " + box_text(x0, y0, x1, y1); };
    if (!std::isfinite(x0) || !std::isfinite(y0) || !std::isfinite(x1) || !std::isfinite(y1)) {
        fail(SSAM_ERROR_PROMPT, box() + " has a corner that is not a number");
    }
    if (x0 >= x1 || y0 >= y1) {
        fail(SSAM_ERROR_PROMPT, box() + (x0 > x1 || y0 > y1 ? " is inverted" : " is empty") +
                                    ": the first corner must be left of and above the second");
    }
    const double right = photo.width - 0.5;
    const double bottom = photo.height - 0.5;
    if (x0 >= right || y0 >= bottom || x1 <= -0.5 || y1 <= -0.5) {
        fail(SSAM_ERROR_PROMPT,
             box() + " does not touch the photo of " + size_text(photo) + " pixels");
    }
    actions_.push_back({Action::Kind::kSetBox, {state_.box, {}}});
    state_.box = ssam_prompt{SSAM_PROMPT_BOX,     0,
                             std::max(x0, -0.5),  std::max(y0, -0.5),
                             std::min(x1, right), std::min(y1, bottom)};
}

void PromptHistory::clear() {
    if (!state_.empty()) {
        PromptState none;
        none.clicks.reserve(kRoom);
        actions_.push_back({Action::Kind::kClear, {}});
        actions_.back().before = std::exchange(state_, std::move(none));
    }
}

bool PromptHistory::undo() {
    if (actions_.empty()) {
        return false;
    }
    Action& action = actions_.back();
    switch (action.kind) {
        case Action::Kind::kAddPoint:
        case Action::Kind::kAddIdlePoint:
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

size_t PromptHistory::idle_clicks() const {
    const auto other = std::find_if(actions_.rbegin(), actions_.rend(), [](const Action& action) {
        return action.kind != Action::Kind::kAddIdlePoint;
    });
    return static_cast<size_t>(other - actions_.rbegin());
}

void PromptHistory::forget() {
    state_.box.reset();
    state_.clicks.clear();
    actions_.clear();
}

void to_network(const PromptState& state, const Placement& placement, int max_points,
                NetworkPrompts& out) {
    const auto slots = static_cast<size_t>(max_points);
    out.plane_points.clear();
    out.plane_labels.clear();
    out.plane_points.reserve(2 * kRoom);
    out.plane_labels.reserve(kRoom);
    if (state.box) {
        const ssam_prompt& box = *state.box;
        append(out.plane_points, out.plane_labels, placement, box.x0, box.y0, 2.0f);
        append(out.plane_points, out.plane_labels, placement, box.x1, box.y1, 3.0f);
    }
    out.points.reserve(2 * slots + 4);
    out.labels.reserve(slots + 2);
    out.points.assign(out.plane_points.begin(), out.plane_points.end());
    out.labels.assign(out.plane_labels.begin(), out.plane_labels.end());
    for (const ssam_prompt& click : state.clicks) {
        append(out.plane_points, out.plane_labels, placement, click.x0, click.y0,
               click.kind == SSAM_PROMPT_FOREGROUND ? 1.0f : 0.0f);
    }
    const size_t corners = out.labels.size();
    const size_t kept = std::min(state.clicks.size(), slots - std::min(slots, corners));
    const size_t skipped = corners + state.clicks.size() - kept;
    const auto offset = static_cast<ptrdiff_t>(skipped);
    out.points.insert(out.points.end(), out.plane_points.begin() + 2 * offset,
                      out.plane_points.end());
    out.labels.insert(out.labels.end(), out.plane_labels.begin() + offset, out.plane_labels.end());
    out.points.resize(slots * 2, 0.0f);
    out.labels.resize(slots, -1.0f);
}

}  // namespace ssam
