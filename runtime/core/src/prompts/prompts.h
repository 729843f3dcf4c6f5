// The prompts of a session: what the person gave, what can be taken back, and what a prediction
// makes of them.
#pragma once

#include <optional>
#include <vector>

#include "image/geometry.h"
#include "squeezesam/ssam.h"

namespace ssam {

// What is in force: at most one box, clicks oldest first. Coordinates of the oriented photo.
struct PromptState {
    std::optional<ssam_prompt> box;
    std::vector<ssam_prompt> clicks;

    bool empty() const { return !box && clicks.empty(); }

    // A box or a foreground click: enough to go by without the automatic clicks.
    bool says_where() const;

    // The box first, then the clicks.
    std::vector<ssam_prompt> list() const;
    void list(std::vector<ssam_prompt>& all) const;
};

class PromptHistory {
 public:
    PromptHistory();

    const PromptState& state() const { return state_; }

    // `idle`: it asks for nothing that the mask does not show.
    void add_point(Size photo, double x, double y, bool foreground, bool idle = false);
    void set_box(Size photo, double x0, double y0, double x1, double y1);
    void clear();  // nothing to clear: nothing to undo either
    bool undo();   // false when there was nothing to take back
    void forget();

    // How many actions can be taken back.
    size_t depth() const { return actions_.size(); }

    // So many of the latest actions are idle clicks.
    size_t idle_clicks() const;

 private:
    // What brings back the state before an action.
    struct Action {
        enum class Kind { kAddPoint, kAddIdlePoint, kSetBox, kClear } kind;
        PromptState before;  // of kSetBox: the box alone; of kClear: everything
    };

    PromptState state_;
    std::vector<Action> actions_;
};

// Prompts as networks take them, and the list that planes are drawn from, in input pixels.
struct NetworkPrompts {
    std::vector<float> plane_points;  // x, y of all
    std::vector<float> plane_labels;
    std::vector<float> points;  // max_points slots, padded with 0
    std::vector<float> labels;  // padded with -1
};

// Box corners first, then as many of the newest clicks as there are slots left, oldest first.
// Fills `out`, whose memory is reused.
void to_network(const PromptState& state, const Placement& placement, int max_points,
                NetworkPrompts& out);

}  // namespace ssam
