#include "bundle/score_reader.h"

#include <algorithm>
#include <string>

namespace ssam {
namespace {

constexpr double kMostWeight = 1e4;

// As a manifest spells PromptKind.
constexpr std::array<const char*, kPromptKinds> kKindNames = {"click", "clicks", "box",
                                                              "automatic"};

Trait read_trait(const Field& field) {
    const std::string name = field.text();
    const auto* const found = std::find(kTraitNames.begin(), kTraitNames.end(), name);
    if (found == kTraitNames.end()) {
        field.refuse("is \"" + name + "\", which is no trait that this runtime knows");
    }
    return static_cast<Trait>(found - kTraitNames.begin());
}

// A number for each trait.
std::vector<double> read_factors(const Field& field, size_t traits) {
    std::vector<double> factors;
    for (const Field& item : field.items()) {
        factors.push_back(item.real(-kMostWeight, kMostWeight));
    }
    if (factors.size() != traits) {
        field.refuse("list " + std::to_string(factors.size()) + " numbers for " +
                     std::to_string(traits) + " traits");
    }
    return factors;
}

ScoreHead read_head(const Field& field, size_t traits) {
    ScoreHead head;
    head.bias = field.at("bias").real(-kMostWeight, kMostWeight);
    head.weights = read_factors(field.at("weights"), traits);
    if (const auto squares = field.maybe("squares")) {
        head.squares = read_factors(*squares, traits);
    }
    return head;
}

}  // namespace

HeatWeights read_heat_weights(const Field& field) {
    HeatWeights weights{};
    for (size_t kind = 0; kind < kPromptKinds; ++kind) {
        weights[kind] = static_cast<float>(field.at(kKindNames[kind]).real(0.0, 10.0));
    }
    return weights;
}

ScoreHeads read_score_heads(const Field& field) {
    ScoreHeads all;
    const Field traits = field.at("traits");
    for (const Field& item : traits.items()) {
        const Trait trait = read_trait(item);
        if (std::find(all.traits.begin(), all.traits.end(), trait) != all.traits.end()) {
            item.refuse("is there for the second time");
        }
        all.traits.push_back(trait);
    }
    for (size_t kind = 0; kind < kPromptKinds; ++kind) {
        all.heads[kind] = read_head(field.at(kKindNames[kind]), all.traits.size());
    }
    return all;
}

}  // namespace ssam
