#include "bundle/manifest_program.h"

#include <algorithm>
#include <cctype>
#include <unordered_set>

#include "base/failure.h"

namespace ssam {
namespace {

constexpr int64_t kMaxTensorSide = 1 << 16;
constexpr int64_t kMaxTensorCount = int64_t{1} << 28;
constexpr int64_t kMaxFileSize = int64_t{1} << 40;

// A manifest must not make us read outside its folder.
bool is_inside(const std::string& path) {
    if (path.empty() || path.front() == '/' || path.find_first_of("\\:") != std::string::npos) {
        return false;
    }
    size_t begin = 0;
    while (begin <= path.size()) {
        const size_t end = std::min(path.find('/', begin), path.size());
        const std::string part = path.substr(begin, end - begin);
        if (part.empty() || part == "." || part == "..") {
            return false;
        }
        begin = end + 1;
    }
    return true;
}

std::string read_path(const Field& field) {
    std::string path = field.text();
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
    std::unordered_set<std::string> seen;
    for (const Field& item : field.items()) {
        const Field path = item.at("path");
        FileSpec file{read_path(path), item.at("size").whole(0, kMaxFileSize),
                      read_hash(item.at("sha256"))};
        if (file.path != program.file && file.path.compare(0, folder.size(), folder) != 0) {
            path.refuse("is \"" + file.path + "\", which is not part of \"" + program.file + "\"");
        }
        if (!seen.insert(file.path).second) {
            path.refuse("lists \"" + file.path + "\" twice");
        }
        program.files.push_back(std::move(file));
    }
    if (program.files.empty()) {
        field.refuse("is empty");
    }
}

TensorSpec read_tensor(const Field& field) {
    TensorSpec tensor;
    tensor.name = field.at("name").text();
    const Field shape = field.at("shape");
    for (const Field& side : shape.items()) {
        tensor.shape.push_back(side.whole(1, kMaxTensorSide));
        if (tensor.shape.size() > SSAM_MAX_RANK || tensor.count() > kMaxTensorCount) {
            shape.refuse("is larger than any network of ours");
        }
    }
    const std::string dtype = field.at("dtype").text();
    if (dtype != "float32") {
        field.at("dtype").refuse("is \"" + dtype + "\"; this runtime knows only \"float32\"");
    }
    return tensor;
}

std::vector<TensorSpec> read_tensors(const Field& list) {
    std::vector<TensorSpec> tensors;
    for (const Field& item : list.items()) {
        tensors.push_back(read_tensor(item));
    }
    return tensors;
}

std::string shape_text(const std::vector<int64_t>& shape) {
    std::string text;
    for (const int64_t side : shape) {
        text += (text.empty() ? "" : "x") + (side == kAnySize ? "?" : std::to_string(side));
    }
    return text;
}

bool same_shape(const std::vector<int64_t>& found, const std::vector<int64_t>& wanted) {
    return found.size() == wanted.size() &&
           std::equal(found.begin(), found.end(), wanted.begin(),
                      [](int64_t a, int64_t b) { return b == kAnySize || a == b; });
}

}  // namespace

int64_t TensorSpec::count() const {
    int64_t product = 1;
    for (const int64_t side : shape) {
        product *= side;
    }
    return product;
}

ProgramSpec read_program(const Field& field) {
    ProgramSpec program;
    program.file = read_path(field.at("file"));
    read_files(field.at("files"), program);
    if (const auto macs = field.maybe("macs")) {
        program.macs = macs->whole(0, INT64_MAX);
    }
    program.inputs = read_tensors(field.at("inputs"));
    program.outputs = read_tensors(field.at("outputs"));
    return program;
}

void want_tensors(const Field& program, const char* list, const std::vector<TensorSpec>& found,
                  const std::vector<TensorSpec>& wanted) {
    const Field field = program.at(list);
    for (const TensorSpec& tensor : wanted) {
        const auto match = std::find_if(found.begin(), found.end(), [&](const TensorSpec& other) {
            return other.name == tensor.name;
        });
        if (match == found.end()) {
            field.refuse("lack the tensor \"" + tensor.name + "\"");
        }
        if (!same_shape(match->shape, tensor.shape)) {
            field.refuse("give \"" + tensor.name + "\" the shape " + shape_text(match->shape) +
                         ", which contradicts the rest of the manifest: it must be " +
                         shape_text(tensor.shape));
        }
    }
    if (found.size() != wanted.size()) {
        field.refuse("list " + std::to_string(found.size()) + " tensors instead of " +
                     std::to_string(wanted.size()));
    }
}

const TensorSpec& find_tensor(const std::vector<TensorSpec>& tensors, const char* name) {
    for (const TensorSpec& tensor : tensors) {
        if (tensor.name == name) {
            return tensor;
        }
    }
    fail(SSAM_ERROR_INTERNAL, std::string("no tensor called ") + name);
}

}  // namespace ssam
