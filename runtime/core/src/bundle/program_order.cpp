#include "bundle/program_order.h"

#include <algorithm>
#include <utility>

#include "bundle/source_reader.h"

namespace ssam {
namespace {

using Needs = std::vector<std::vector<size_t>>;  // by program: those that it reads from

// What a program's input says of itself, for a message.
[[noreturn]] void refuse(const Field& programs, const ProgramSpec& program, const TensorSpec& input,
                         const std::string& why) {
    programs.at(program.name.c_str())
        .at("inputs")
        .refuse("fill \"" + input.name + "\" with " + why);
}

size_t find_program(const Field& programs, const std::vector<ReadProgram>& read,
                    const ProgramSpec& reader, size_t input, const std::string& name) {
    for (size_t i = 0; i < read.size(); ++i) {
        if (read[i].spec.name == name) {
            return i;
        }
    }
    refuse(programs, reader, reader.inputs[input],
           "the program \"" + name + "\", which this bundle has not");
}

void link_input(const Field& programs, std::vector<ReadProgram>& read, size_t reader,
                size_t number) {
    const ReadProgram::Wanted& wanted = read[reader].wanted[number];
    ProgramSpec& spec = read[reader].spec;
    TensorSpec& input = spec.inputs[number];
    const size_t from = find_program(programs, read, spec, number, wanted.program);
    const std::vector<TensorSpec>& outputs = read[from].spec.outputs;
    const auto output = std::find_if(outputs.begin(), outputs.end(), [&](const TensorSpec& tensor) {
        return tensor.name == wanted.output;
    });
    const std::string what = "\"" + wanted.output + "\" of the program \"" + wanted.program + "\"";
    if (output == outputs.end()) {
        refuse(programs, spec, input, what + ", which it does not give");
    }
    if (output->shape != input.shape) {
        refuse(
            programs, spec, input,
            what + ", which is " + shape_text(output->shape) + ", not " + shape_text(input.shape));
    }
    input.source.from = {from, static_cast<size_t>(output - outputs.begin())};
}

// Whether an input changes from one prediction to the next.
bool follows_prompts(const TensorSpec& input, const std::vector<ReadProgram>& read) {
    switch (input.source.kind) {
        case SourceKind::kPhoto:
            return false;
        case SourceKind::kProgram:
            return read[input.source.from.program].spec.runs == SSAM_RUNS_PROMPT;
        default:
            return true;
    }
}

void check_lifetimes(const Field& programs, const std::vector<ReadProgram>& read) {
    for (const ReadProgram& program : read) {
        for (const TensorSpec& input : program.spec.inputs) {
            if (program.spec.runs == SSAM_RUNS_PHOTO && follows_prompts(input, read)) {
                refuse(programs, program.spec, input,
                       std::string("\"") + name_of(input.source.kind) +
                           "\", which changes with every prompt, though the program runs once a "
                           "photo");
            }
        }
    }
}

// The programs of a circle that is reached from `start`, as a chain of names.
std::string circle_from(const std::vector<ReadProgram>& read, const Needs& needs,
                        const std::vector<bool>& placed, size_t start) {
    std::vector<size_t> way;
    size_t at = start;
    while (std::find(way.begin(), way.end(), at) == way.end()) {
        way.push_back(at);
        at = *std::find_if(needs[at].begin(), needs[at].end(),
                           [&](size_t other) { return !placed[other]; });
    }
    std::string names;
    for (auto each = std::find(way.begin(), way.end(), at); each != way.end(); ++each) {
        names += read[*each].spec.name + ", ";
    }
    return names + read[at].spec.name;
}

std::vector<size_t> sort(const Field& programs, const std::vector<ReadProgram>& read,
                         const Needs& needs) {
    std::vector<size_t> order;
    std::vector<bool> placed(read.size(), false);
    const auto ready = [&](size_t i, int32_t runs) {
        return !placed[i] && read[i].spec.runs == runs &&
               std::all_of(needs[i].begin(), needs[i].end(),
                           [&](size_t other) { return placed[other]; });
    };
    while (order.size() < read.size()) {
        const size_t before = order.size();
        for (const int32_t runs : {SSAM_RUNS_PHOTO, SSAM_RUNS_PROMPT}) {
            for (size_t i = 0; i < read.size() && order.size() == before; ++i) {
                if (ready(i, runs)) {
                    placed[i] = true;
                    order.push_back(i);
                }
            }
        }
        if (order.size() == before) {
            const auto first = std::find(placed.begin(), placed.end(), false);
            programs.refuse(
                "wait for one another in a circle: " +
                circle_from(read, needs, placed, static_cast<size_t>(first - placed.begin())));
        }
    }
    return order;
}

}  // namespace

std::vector<ProgramSpec> in_order(const Field& programs, std::vector<ReadProgram> read) {
    Needs needs(read.size());
    for (size_t i = 0; i < read.size(); ++i) {
        for (size_t j = 0; j < read[i].spec.inputs.size(); ++j) {
            if (read[i].spec.inputs[j].source.kind == SourceKind::kProgram) {
                link_input(programs, read, i, j);
                needs[i].push_back(read[i].spec.inputs[j].source.from.program);
            }
        }
    }
    check_lifetimes(programs, read);
    const std::vector<size_t> order = sort(programs, read, needs);
    std::vector<size_t> place(order.size());
    for (size_t i = 0; i < order.size(); ++i) {
        place[order[i]] = i;
    }
    std::vector<ProgramSpec> sorted;
    for (const size_t i : order) {
        sorted.push_back(std::move(read[i].spec));
        for (TensorSpec& input : sorted.back().inputs) {
            if (input.source.kind == SourceKind::kProgram) {
                input.source.from.program = place[input.source.from.program];
            }
        }
    }
    return sorted;
}

std::vector<size_t> all_needed(const std::vector<ProgramSpec>& programs, size_t program) {
    std::vector<bool> needed(programs.size(), false);
    needed[program] = true;
    for (size_t i = program + 1; i-- > 0;) {
        for (const TensorSpec& input : programs[i].inputs) {
            if (needed[i] && input.source.kind == SourceKind::kProgram) {
                needed[input.source.from.program] = true;
            }
        }
    }
    std::vector<size_t> list;
    for (size_t i = 0; i <= program; ++i) {
        if (needed[i]) {
            list.push_back(i);
        }
    }
    return list;
}

}  // namespace ssam
