#include "session/pipeline.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/exact_arithmetic.h"
#include "base/failure.h"
#include "base/stopwatch.h"
#include "prompts/planes.h"

namespace ssam {

Pipeline::Pipeline(std::shared_ptr<const Model> model) : model_(std::move(model)) {
    const std::vector<ProgramSpec>& programs = manifest().programs;
    outputs_.resize(programs.size());
    done_.resize(programs.size(), false);
    for (size_t i = 0; i < programs.size(); ++i) {
        outputs_[i].resize(programs[i].outputs.size());
        for (size_t j = 0; j < programs[i].inputs.size(); ++j) {
            const TensorSpec& input = programs[i].inputs[j];
            const Source& source = input.source;
            takes_planes_ = takes_planes_ || source.kind == SourceKind::kPlanes;
            takes_fractions_ = takes_fractions_ || source.normalised;
            if (source.kind == SourceKind::kMask) {
                mask_inputs_.emplace_back(TensorLink{i, j}, input.size(), source.logits);
            }
        }
    }
}

void Pipeline::take_photo(std::vector<std::vector<float>> images) noexcept {
    images_ = std::move(images);
    std::fill(done_.begin(), done_.end(), false);
    for (size_t i = 0; i < outputs_.size(); ++i) {
        if (manifest().programs[i].runs == SSAM_RUNS_PHOTO) {
            for (std::vector<float>& output : outputs_[i]) {
                output = {};
            }
        }
    }
}

void Pipeline::take_prompts(const PromptState& prompts, const Placement& placement,
                            const float* previous) {
    const Manifest& known = manifest();
    const Size size = known.input;
    to_network(prompts, placement, known.max_points, network_);
    if (takes_planes_) {
        planes_.resize(2 * static_cast<size_t>(size.width) * static_cast<size_t>(size.height));
        draw_planes(network_.plane_points.data(), network_.plane_labels.data(),
                    network_.plane_labels.size(), size, known.click_radius, known.box_default,
                    planes_.data());
    }
    if (takes_fractions_) {
        fractions_.resize(network_.points.size());
        for (size_t i = 0; i < fractions_.size(); ++i) {
            const int side = i % 2 == 0 ? size.width : size.height;
            const bool used = network_.labels[i / 2] >= 0.0f;
            fractions_[i] =
                used ? static_cast<float>((double{network_.points[i]} + 0.5) / side) : 0.0f;
        }
    }
    mask_flag_ = previous == nullptr ? 0.0f : 1.0f;
    const Size plane = known.output(known.masks).size();
    for (MaskInput& input : mask_inputs_) {
        input.fill(previous, plane, placement);
    }
}

void Pipeline::run(const std::vector<size_t>& programs, Cancellation& cancellation,
                   std::vector<ssam_program_time>& times) {
    for (const size_t program : programs) {
        if (done_[program]) {
            continue;
        }
        cancellation.check();
        const Stopwatch watch;
        run_stoppable(program, cancellation);
        if (manifest().programs[program].runs == SSAM_RUNS_PHOTO) {
            done_[program] = true;
            drop_pictures();
        }
        times[program].ms += watch.milliseconds();
    }
}

void Pipeline::run_stoppable(size_t program, Cancellation& cancellation) {
    const Cancellation::Run run(cancellation);
    try {
        run_one(program);
    } catch (const Failure&) {
        cancellation.check();  // an engine that was stopped says that it failed
        throw;
    }
}

void Pipeline::run_one(size_t program) {
    const ProgramSpec& spec = manifest().programs[program];
    std::array<float*, SSAM_MAX_TENSORS> inputs{};
    std::array<float*, SSAM_MAX_TENSORS> outputs{};
    for (size_t i = 0; i < spec.inputs.size(); ++i) {
        inputs[i] = input_data(spec.inputs[i], {program, i});
    }
    for (size_t i = 0; i < spec.outputs.size(); ++i) {
        outputs[i] = output_data({program, i});
    }
    model_->run(program, inputs.data(), outputs.data());
}

float* Pipeline::input_data(const TensorSpec& input, const TensorLink& at) {
    switch (input.source.kind) {
        case SourceKind::kPhoto:
            return images_[input.source.form].data();
        case SourceKind::kPlanes:
            return planes_.data();
        case SourceKind::kPoints:
            return input.source.normalised ? fractions_.data() : network_.points.data();
        case SourceKind::kLabels:
            return network_.labels.data();
        case SourceKind::kMask:
            return std::find_if(mask_inputs_.begin(), mask_inputs_.end(),
                                [&](const MaskInput& each) { return each.at() == at; })
                ->data();
        case SourceKind::kMaskFlag:
            return &mask_flag_;
        default:
            return output_data(input.source.from);
    }
}

float* Pipeline::output_data(const TensorLink& at) {
    if (at == manifest().masks) {
        return masks_;
    }
    if (at == manifest().scores) {
        return scores_;
    }
    std::vector<float>& memory = outputs_[at.program][at.tensor];
    memory.resize(static_cast<size_t>(manifest().output(at).count()));
    return memory.data();
}

// Lets go of the pictures whose programs have all run and will not run again.
void Pipeline::drop_pictures() {
    const std::vector<ProgramSpec>& programs = manifest().programs;
    for (size_t form = 0; form < images_.size(); ++form) {
        bool needed = false;
        for (size_t i = 0; i < programs.size(); ++i) {
            for (const TensorSpec& input : programs[i].inputs) {
                const bool reads =
                    input.source.kind == SourceKind::kPhoto && input.source.form == form;
                needed = needed || (reads && !done_[i]);
            }
        }
        if (!needed) {
            images_[form] = {};
        }
    }
}

}  // namespace ssam
