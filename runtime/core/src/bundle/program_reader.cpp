#include "bundle/program_reader.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <numeric>
#include <string_view>

#include "base/failure.h"
#include "bundle/score_reader.h"
#include "bundle/source_reader.h"

namespace ssam {
namespace {

constexpr int64_t kMaxTensorSide = 1 << 16;
constexpr int64_t kMaxTensorCount = int64_t{1} << 28;
// Of all files together. Every byte is hashed when a bundle is opened, under however many names one
// file on the disk is listed.
constexpr int64_t kMaxBundleBytes = int64_t{1} << 33;

constexpr size_t kMaxName = 128;  // bytes
constexpr int kMaxFolders = 32;   // above a file, inside of the bundle

bool is_name(const std::string& name) {
    return !name.empty() && name.size() <= kMaxName &&
           std::none_of(name.begin(), name.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string read_name(const Field& field) {
    std::string name = field.text();
    if (!is_name(name)) {
        field.refuse("must have 1 to " + std::to_string(kMaxName) +
                     " bytes and no control character");
    }
    return name;
}

// A part of a path whose name every system and every reader of addresses takes as it stands: some
// leave out blanks at its ends and dots at its end, and ".. " would be "..".
bool is_plain(std::string_view part) {
    return !part.empty() && part.front() != ' ' && part.back() != ' ' && part.back() != '.';
}

// A manifest must not make us read outside its folder, be it of files or an address: in one, %2e is
// a dot, and ? and # end the path. Nor may its folders be so deep that walking them costs much.
bool is_inside(const std::string& path) {
    if (std::count(path.begin(), path.end(), '/') > kMaxFolders) {
        return false;
    }
    if (path.empty() || path.front() == '/' || path.find_first_of("\\:%?#") != std::string::npos) {
        return false;
    }
    size_t begin = 0;
    while (begin <= path.size()) {
        const size_t end = std::min(path.find('/', begin), path.size());
        if (!is_plain(std::string_view(path).substr(begin, end - begin))) {
            return false;
        }
        begin = end + 1;
    }
    return true;
}

std::string read_path(const Field& field) {
    std::string path = field.text(kMaxPathBytes);
    if (!is_inside(path)) {
        field.refuse("is \"" + path + "\", which is not a plain path inside the bundle");
    }
    return path;
}

std::string read_hash(const Field& field) {
    std::string hash = field.text();
    const bool hex = std::all_of(hash.begin(), hash.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
    if (hash.size() != 64 || !hex) {
        field.refuse("is not a sha256 of 64 hex digits");
    }
    std::transform(hash.begin(), hash.end(), hash.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    return hash;
}

void read_files(const Field& field, ProgramSpec& program) {
    const std::string folder = program.file + "/";
    for (const auto& [path, item] : field.members()) {
        if (!is_inside(path)) {
            item.refuse("is not a plain path inside the bundle");
        }
        if (path != program.file && path.compare(0, folder.size(), folder) != 0) {
            item.refuse("is not part of \"" + program.file + "\"");
        }
        program.files.push_back(
            {path, item.at("bytes").whole(0, kMaxBundleBytes), read_hash(item.at("sha256"))});
    }
    if (program.files.empty()) {
        field.refuse("is empty");
    }
}

TensorSpec read_tensor(const Field& field) {
    TensorSpec tensor;
    tensor.name = read_name(field.at("name"));
    const Field shape = field.at("shape");
    for (const Field& side : shape.items()) {
        tensor.shape.push_back(side.whole(1, kMaxTensorSide));
        if (tensor.shape.size() > SSAM_MAX_RANK || tensor.count() > kMaxTensorCount) {
            shape.refuse("is larger than any network of ours");
        }
    }
    if (const auto dtype = field.maybe("dtype")) {
        want_text(*dtype, "float32");
    }
    return tensor;
}

// The tensors of a list, each with its own name; `finish` reads what is left of one.
template <typename Finish>
std::vector<TensorSpec> read_tensors(const Field& list, Finish&& finish) {
    const std::vector<Field> items = list.items();
    if (items.empty() || items.size() > SSAM_MAX_TENSORS) {
        list.refuse("list " + std::to_string(items.size()) + " tensors; a program has 1 to " +
                    std::to_string(SSAM_MAX_TENSORS));
    }
    std::vector<TensorSpec> tensors;
    for (const Field& item : items) {
        TensorSpec tensor = read_tensor(item);
        for (const TensorSpec& other : tensors) {
            if (other.name == tensor.name) {
                item.at("name").refuse("is \"" + tensor.name + "\" for the second time");
            }
        }
        finish(item, tensor);
        tensors.push_back(std::move(tensor));
    }
    return tensors;
}

Role read_role(const Field& field) {
    const std::string name = field.text();
    for (const Role role : {Role::kHeat, Role::kMasks, Role::kScores, Role::kEmbedding}) {
        if (name == name_of(role)) {
            return role;
        }
    }
    field.refuse("is \"" + name + "\"; this runtime knows heat, masks, scores and embedding");
}

void read_output(const Field& item, TensorSpec& tensor) {
    if (const auto role = item.maybe("role")) {
        tensor.role = read_role(*role);
    }
    if (const auto peak = item.maybe("least_peak")) {
        if (tensor.role != Role::kHeat) {
            peak->refuse("belongs to a heat map");
        }
        tensor.least_peak = static_cast<int>(peak->whole(0, 255));
    }
    if (const auto weights = item.maybe("heat_weights")) {
        if (tensor.role != Role::kMasks) {
            weights->refuse("belong to the masks");
        }
        tensor.heat_weights = read_heat_weights(*weights);
    }
    if (const auto heads = item.maybe("score_heads")) {
        if (tensor.role != Role::kScores) {
            heads->refuse("belong to the scores");
        }
        tensor.score_heads = read_score_heads(*heads);
    }
}

int32_t read_lifetime(const Field& field) {
    const std::string lifetime = field.text();
    if (lifetime != "photo" && lifetime != "prompt") {
        field.refuse("is \"" + lifetime + "\"; this runtime knows photo and prompt");
    }
    return lifetime == "photo" ? SSAM_RUNS_PHOTO : SSAM_RUNS_PROMPT;
}

ReadProgram read_program(const std::string& name, const Field& field) {
    ReadProgram program;
    ProgramSpec& spec = program.spec;
    spec.name = name;
    spec.runs = read_lifetime(field.at("runs"));
    spec.file = read_path(field.at("file"));
    read_files(field.at("files"), spec);
    if (const auto macs = field.maybe("macs")) {
        spec.macs = macs->whole(0, INT64_MAX);
    }
    spec.inputs = read_tensors(field.at("inputs"), [&](const Field& item, TensorSpec& tensor) {
        program.wanted.push_back(read_source(item.at("source"), tensor));
    });
    spec.outputs = read_tensors(field.at("outputs"), read_output);
    return program;
}

int64_t bytes_of(const ProgramSpec& program) {
    return std::accumulate(program.files.begin(), program.files.end(), int64_t{0},
                           [](int64_t sum, const FileSpec& file) { return sum + file.size; });
}

}  // namespace

std::vector<ReadProgram> read_programs(const Field& programs) {
    const auto members = programs.members();
    if (members.empty() || members.size() > SSAM_MAX_PROGRAMS) {
        programs.refuse("lists " + std::to_string(members.size()) +
                        " programs; a bundle has 1 to " + std::to_string(SSAM_MAX_PROGRAMS));
    }
    std::vector<ReadProgram> read;
    int64_t bytes = 0;
    for (const auto& [name, field] : members) {
        if (!is_name(name) || name.find_first_of("/\\") != std::string::npos) {
            programs.refuse("has a program called \"" + name.substr(0, kMaxName) +
                            "\"; a name has 1 to " + std::to_string(kMaxName) +
                            " bytes, no slash and no control character");
        }
        read.push_back(read_program(name, field));
        bytes += bytes_of(read.back().spec);
        if (bytes > kMaxBundleBytes) {
            programs.refuse("list files of more than " + std::to_string(kMaxBundleBytes >> 30) +
                            " GiB together");
        }
    }
    return read;
}

}  // namespace ssam
