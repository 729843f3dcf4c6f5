// What manifest.json says, once it is known not to contradict itself.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "image/geometry.h"
#include "squeezesam/ssam.h"

namespace ssam {

constexpr int64_t kSchemaVersion = 1;
constexpr size_t kMaxManifestBytes = size_t{4} << 20;

struct TensorSpec {
    std::string name;
    std::vector<int64_t> shape;

    int64_t count() const;
};

struct FileSpec {
    std::string path;  // inside the bundle, separated by '/'
    int64_t size = 0;
    std::string sha256;
};

struct ProgramSpec {
    std::string file;  // a file, or the folder that holds all `files`
    std::vector<FileSpec> files;
    int64_t macs = 0;
    std::vector<TensorSpec> inputs;
    std::vector<TensorSpec> outputs;

    bool present() const { return !file.empty(); }
};

struct Manifest {
    std::string name, licence, preset, target_name, backend, precision;
    int32_t target = SSAM_TARGET_ONNX;
    int32_t schema_version = 0;
    Size input{};     // of the segmenter
    Size saliency{};  // input of the saliency network; 0 x 0 when there is none
    Size heat{};      // its heat map
    Size mask{};
    int candidates = 0;
    int max_points = 0;
    double click_radius = 0;
    float box_default = 1;
    std::array<uint8_t, 3> pad_value{};
    uint32_t capabilities = 0;
    std::array<ProgramSpec, 2> programs;  // by SSAM_PROGRAM_...
};

// Throws Failure: SSAM_ERROR_BUNDLE, or SSAM_ERROR_BUNDLE_VERSION for a schema newer than ours.
Manifest read_manifest(std::string_view text);

}  // namespace ssam
