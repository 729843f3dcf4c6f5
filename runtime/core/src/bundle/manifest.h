// What manifest.json says, once it is known not to contradict itself: a pipeline of programs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "image/geometry.h"
#include "mask/trait.h"
#include "squeezesam/ssam.h"

namespace ssam {

constexpr int64_t kSchemaVersion = 2;
constexpr size_t kMaxManifestBytes = size_t{4} << 20;

struct FileSpec {
    std::string path;  // inside the bundle, separated by '/'
    int64_t size = 0;
    std::string sha256;
};

// A photo as an input wants it: fitted top left into `size`, the rest filled with `padding`.
struct PhotoForm {
    Size size{};
    double low = 0;  // what the bytes 0 and 255 stand for
    double high = 255;
    std::array<double, 3> mean{};  // then (value - mean) / deviation, by channel
    std::array<double, 3> deviation{1, 1, 1};
    std::array<double, 3> padding{};  // as a byte of the photo would be, with fractions

    // What a network sees of a byte (or of the padding) in one channel.
    float value(size_t channel, double byte) const;
};

// One tensor among all outputs of all programs.
struct TensorLink {
    size_t program = 0;
    size_t tensor = 0;

    bool operator==(const TensorLink& other) const {
        return program == other.program && tensor == other.tensor;
    }
};

enum class SourceKind { kPhoto, kPlanes, kPoints, kLabels, kMask, kMaskFlag, kProgram };
enum class Role { kNone, kHeat, kMasks, kScores, kEmbedding };

// As a manifest spells them.
const char* name_of(SourceKind kind);
const char* name_of(Role role);

// What fills an input.
struct Source {
    SourceKind kind = SourceKind::kPhoto;
    PhotoForm photo;          // of kPhoto
    size_t form = 0;          // likewise: its index among Manifest::photo_forms
    bool normalised = false;  // of kPoints: in fractions of the input's sides, else in its pixels
    bool logits = false;      // of kMask: else probabilities
    TensorLink from;          // of kProgram
};

// By the kind of prompts, in the manifest's order.
enum class PromptKind : uint8_t { kClick, kClicks, kBox, kAutomatic };
constexpr size_t kPromptKinds = 4;

// What of the heat map's logits the masks are given, by PromptKind.
using HeatWeights = std::array<float, kPromptKinds>;

// What of a mask's traits its score is: bias + the sum of weight * trait + square * trait², fitted
// on photos that the network was not trained on. By PromptKind; of a network that says nothing the
// score is its own.
struct ScoreHead {
    double bias = 0;
    std::vector<double> weights;  // of each of ScoreHeads::traits
    std::vector<double> squares;  // of each's square; empty: none
};
struct ScoreHeads {
    std::vector<Trait> traits;
    std::array<ScoreHead, kPromptKinds> heads;
};

struct TensorSpec {
    std::string name;
    std::vector<int64_t> shape;
    Source source;            // of an input
    Role role = Role::kNone;  // of an output
    int least_peak = 0;       // of kHeat: a map whose highest byte is lower shows nothing
    std::optional<ScoreHeads> score_heads;  // of kScores
    HeatWeights heat_weights{};             // of kMasks

    int64_t count() const;
    // Of a tensor with rows and columns: its last two sides.
    Size size() const;
};

struct ProgramSpec {
    std::string name;
    int32_t runs = SSAM_RUNS_PROMPT;  // SSAM_RUNS_...
    std::string file;                 // a file, or the folder that holds all `files`
    std::vector<FileSpec> files;
    int64_t macs = 0;
    std::vector<TensorSpec> inputs;
    std::vector<TensorSpec> outputs;
    Size frame{};  // of the photo it sees, itself or through other programs; 0 x 0 for none
};

struct Manifest {
    std::string name, licence, preset, family, target_name, backend, precision;
    int32_t target = SSAM_TARGET_ONNX;
    int32_t schema_version = 0;
    int max_points = 0;
    double click_radius = 0;
    float box_default = 1;
    uint32_t capabilities = 0;
    int64_t tensor_bytes = 0;  // of all tensors of all programs

    std::vector<ProgramSpec> programs;  // every one after those that it reads from
    std::vector<PhotoForm> photo_forms;
    Size input{};  // what prompts and masks are placed in
    TensorLink masks, scores;
    std::vector<size_t> mask_programs;  // all that it takes to get them, in order
    std::optional<TensorLink> heat;
    std::vector<size_t> heat_programs;

    const TensorSpec& output(const TensorLink& link) const {
        return programs[link.program].outputs[link.tensor];
    }
    bool can(uint32_t capability) const { return (capabilities & capability) != 0; }
};

// Throws Failure: SSAM_ERROR_BUNDLE, or SSAM_ERROR_BUNDLE_VERSION for a schema newer than ours.
Manifest read_manifest(std::string_view text);

}  // namespace ssam
