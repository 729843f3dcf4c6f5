#include "bundle/pipeline.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "bundle/program_order.h"
#include "bundle/source_reader.h"

namespace ssam {
namespace {

constexpr int64_t kMaxSide = 8192;  // of what a network sees or gives
constexpr int64_t kMaxCandidates = 64;

bool same(Size a, Size b) { return a.width == b.width && a.height == b.height; }

std::string text_of(Size size) {
    return std::to_string(size.width) + "x" + std::to_string(size.height);
}

bool same_proportions(Size a, Size b) {
    return int64_t{a.width} * b.height == int64_t{a.height} * b.width;
}

// One program of the manifest, for the messages.
class Place {
 public:
    Place(const Field& programs, const ProgramSpec& program)
        : field_(programs.at(program.name.c_str())) {}

    [[noreturn]] void refuse(const char* list, const TensorSpec& tensor,
                             const std::string& why) const {
        field_.at(list).refuse("give \"" + tensor.name + "\" the shape " +
                               shape_text(tensor.shape) + ": " + why);
    }
    [[noreturn]] void refuse(const std::string& why) const { field_.refuse(why); }

 private:
    Field field_;
};

// A map of pixels may not be larger than any network of ours.
void check_sides(const Place& place, const char* list, const TensorSpec& tensor) {
    if (tensor.shape[2] > kMaxSide || tensor.shape[3] > kMaxSide) {
        place.refuse(list, tensor, "no side may be longer than " + std::to_string(kMaxSide));
    }
}

// The photo that a program sees: its own, else that of the programs it reads from.
Size frame_of(const Place& place, const Manifest& manifest, const ProgramSpec& program) {
    std::optional<Size> own, other;
    const auto join = [&](std::optional<Size>& known, Size size) {
        if (known && !same(*known, size)) {
            place.refuse("sees the photo at two sizes, " + text_of(*known) + " and " +
                         text_of(size));
        }
        known = size;
    };
    for (const TensorSpec& input : program.inputs) {
        if (input.source.kind == SourceKind::kPhoto) {
            check_sides(place, "inputs", input);
            join(own, input.source.photo.size);
        }
    }
    for (const TensorSpec& input : program.inputs) {
        if (!own && input.source.kind == SourceKind::kProgram) {
            const Size frame = manifest.programs[input.source.from.program].frame;
            if (frame.width > 0) {
                join(other, frame);
            }
        }
    }
    return own ? *own : other.value_or(Size{0, 0});
}

void find_role(const Field& programs, const Manifest& manifest, Role role, int32_t runs,
               std::optional<TensorLink>& found) {
    for (size_t i = 0; i < manifest.programs.size(); ++i) {
        const ProgramSpec& program = manifest.programs[i];
        for (size_t j = 0; j < program.outputs.size(); ++j) {
            if (program.outputs[j].role != role) {
                continue;
            }
            const std::string what = std::string("gives the role \"") + name_of(role) + "\"";
            const Place place(programs, program);
            if (found) {
                place.refuse(what + " a second time");
            }
            if (program.runs != runs) {
                place.refuse(what + (runs == SSAM_RUNS_PHOTO
                                         ? " at every prompt, not once a photo"
                                         : " once a photo, not at every prompt"));
            }
            found = TensorLink{i, j};
        }
    }
}

TensorLink must_find(const Field& programs, const Manifest& manifest, Role role) {
    std::optional<TensorLink> found;
    find_role(programs, manifest, role, SSAM_RUNS_PROMPT, found);
    if (!found) {
        programs.refuse(std::string("give no output the role \"") + name_of(role) + "\"");
    }
    return *found;
}

void check_masks(const Field& programs, const Manifest& manifest) {
    const TensorSpec& masks = manifest.output(manifest.masks);
    const TensorSpec& scores = manifest.output(manifest.scores);
    const ProgramSpec& program = manifest.programs[manifest.masks.program];
    const Place place(programs, program);
    if (masks.shape.size() != 4 || masks.shape[0] != 1) {
        place.refuse("outputs", masks, "masks are 1x?x?x?");
    }
    check_sides(place, "outputs", masks);
    if (masks.shape[1] > kMaxCandidates) {
        place.refuse("outputs", masks,
                     "at most " + std::to_string(kMaxCandidates) + " masks may be proposed");
    }
    if (program.frame.width == 0) {
        place.refuse("gives masks of a photo that it never sees");
    }
    if (!same_proportions(masks.size(), program.frame)) {
        place.refuse("outputs", masks,
                     "not the proportions of its photo, " + text_of(program.frame));
    }
    if (scores.shape != std::vector<int64_t>{1, masks.shape[1]}) {
        Place(programs, manifest.programs[manifest.scores.program])
            .refuse("outputs", scores,
                    "there are " + std::to_string(masks.shape[1]) + " masks to score");
    }
}

void check_heat(const Field& programs, const Manifest& manifest) {
    const TensorSpec& heat = manifest.output(*manifest.heat);
    const ProgramSpec& program = manifest.programs[manifest.heat->program];
    const Place place(programs, program);
    if (heat.shape.size() != 4 || heat.shape[0] != 1 || heat.shape[1] != 1) {
        place.refuse("outputs", heat, "a heat map is 1x1x?x?");
    }
    check_sides(place, "outputs", heat);
    if (program.frame.width == 0) {
        place.refuse("gives a heat map of a photo that it never sees");
    }
}

// An input against what prompts are placed in.
void check_input(const Place& place, const Manifest& manifest, const TensorSpec& input) {
    const Size frame = manifest.input;
    const int64_t slots = manifest.max_points;
    switch (input.source.kind) {
        case SourceKind::kPlanes:
            if (!same(input.size(), frame)) {
                place.refuse("inputs", input,
                             "planes have the size of the photo, " + text_of(frame));
            }
            break;
        case SourceKind::kMask:
            check_sides(place, "inputs", input);
            if (!same_proportions(input.size(), frame)) {
                place.refuse("inputs", input,
                             "not the proportions of the photo, " + text_of(frame));
            }
            break;
        case SourceKind::kPoints:
        case SourceKind::kLabels:
            if (input.shape[1] != slots) {
                place.refuse("inputs", input,
                             slots == 0 ? "prompts.max_points is missing"
                                        : "prompts.max_points is " + std::to_string(slots));
            }
            break;
        default:
            break;
    }
}

void check_inputs(const Field& programs, const Manifest& manifest) {
    for (const ProgramSpec& program : manifest.programs) {
        const Place place(programs, program);
        if (program.runs == SSAM_RUNS_PROMPT && program.frame.width > 0 &&
            !same(program.frame, manifest.input)) {
            place.refuse("sees the photo at " + text_of(program.frame) +
                         ", but prompts are placed in " + text_of(manifest.input));
        }
        for (const TensorSpec& input : program.inputs) {
            check_input(place, manifest, input);
        }
    }
}

bool has_input(const Manifest& manifest, SourceKind kind) {
    return std::any_of(
        manifest.programs.begin(), manifest.programs.end(), [&](const ProgramSpec& program) {
            return std::any_of(program.inputs.begin(), program.inputs.end(),
                               [&](const TensorSpec& input) { return input.source.kind == kind; });
        });
}

bool same_form(const PhotoForm& a, const PhotoForm& b) {
    return same(a.size, b.size) && a.low == b.low && a.high == b.high && a.mean == b.mean &&
           a.deviation == b.deviation && a.padding == b.padding;
}

// Inputs that want the same of a photo share it.
void collect_forms(Manifest& manifest) {
    std::vector<PhotoForm>& forms = manifest.photo_forms;
    for (ProgramSpec& program : manifest.programs) {
        for (TensorSpec& input : program.inputs) {
            if (input.source.kind != SourceKind::kPhoto) {
                continue;
            }
            const auto known = std::find_if(forms.begin(), forms.end(), [&](const PhotoForm& form) {
                return same_form(form, input.source.photo);
            });
            input.source.form = static_cast<size_t>(known - forms.begin());
            if (known == forms.end()) {
                forms.push_back(input.source.photo);
            }
        }
    }
}

}  // namespace

void link_pipeline(const Field& programs, std::vector<ReadProgram> read, Manifest& manifest) {
    manifest.programs = in_order(programs, std::move(read));
    for (ProgramSpec& program : manifest.programs) {
        program.frame = frame_of(Place(programs, program), manifest, program);
    }
    collect_forms(manifest);
    manifest.masks = must_find(programs, manifest, Role::kMasks);
    manifest.scores = must_find(programs, manifest, Role::kScores);
    find_role(programs, manifest, Role::kHeat, SSAM_RUNS_PHOTO, manifest.heat);
    std::optional<TensorLink> embedding;  // one only, for those who look for it
    find_role(programs, manifest, Role::kEmbedding, SSAM_RUNS_PHOTO, embedding);
    check_masks(programs, manifest);
    manifest.input = manifest.programs[manifest.masks.program].frame;
    check_inputs(programs, manifest);
    manifest.mask_programs = all_needed(manifest.programs, manifest.masks.program);
    for (const size_t i : all_needed(manifest.programs, manifest.scores.program)) {
        manifest.mask_programs.push_back(i);
    }
    std::sort(manifest.mask_programs.begin(), manifest.mask_programs.end());
    manifest.mask_programs.erase(
        std::unique(manifest.mask_programs.begin(), manifest.mask_programs.end()),
        manifest.mask_programs.end());
    if (manifest.heat) {
        check_heat(programs, manifest);
        manifest.heat_programs = all_needed(manifest.programs, manifest.heat->program);
        return;
    }
    const HeatWeights& weights = manifest.output(manifest.masks).heat_weights;
    if (std::any_of(weights.begin(), weights.end(), [](float each) { return each > 0; })) {
        programs.refuse("give the masks heat_weights, but no heat map");
    }
}

void check_capabilities(const Field& capabilities, const Manifest& manifest) {
    const bool planes = has_input(manifest, SourceKind::kPlanes);
    const bool corners = has_input(manifest, SourceKind::kPoints) && manifest.max_points >= 2;
    if (manifest.can(SSAM_CAN_BOX) && !planes && !corners) {
        capabilities.at("box").refuse("is true, but no program takes a box");
    }
    if (manifest.can(SSAM_CAN_BOX) && has_input(manifest, SourceKind::kPoints) && !corners) {
        capabilities.at("box").refuse("is true, but prompts.max_points leaves no room for corners");
    }
    if (manifest.can(SSAM_CAN_AUTOMATIC) && !manifest.heat) {
        capabilities.at("automatic").refuse("is true, but no program gives a heat map");
    }
    if (!manifest.can(SSAM_CAN_AUTOMATIC) && manifest.heat) {
        capabilities.at("automatic").refuse("is false, but a program gives a heat map");
    }
    if (manifest.can(SSAM_CAN_PREVIOUS_MASK) && !has_input(manifest, SourceKind::kMask)) {
        capabilities.at("previous_mask").refuse("is true, but no program takes a mask");
    }
}

}  // namespace ssam
