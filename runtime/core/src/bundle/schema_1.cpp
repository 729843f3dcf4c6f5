#include "bundle/schema_1.h"

#include <cmath>
#include <initializer_list>
#include <set>
#include <utility>

namespace ssam {
namespace {

using json::Value;
using Kind = json::Value::Kind;
using Member = std::pair<std::string, Value>;

Value text(std::string of) {
    Value value;
    value.kind = Kind::kString;
    value.string = std::move(of);
    return value;
}

Value object(std::vector<Member> members) {
    Value value;
    value.kind = Kind::kObject;
    value.object = std::move(members);
    return value;
}

// A list of padding colours, which schema 1 rounded to bytes.
Value rounded(const Field& colours) {
    Value value;
    value.kind = Kind::kArray;
    for (const Field& colour : colours.items()) {
        Value byte;
        byte.kind = Kind::kNumber;
        byte.number = static_cast<double>(std::lround(colour.real(0, 255)));
        value.array.push_back(std::move(byte));
    }
    return value;
}

// The photo as both programs of schema 1 took it.
Value photo_source(const Field& input) {
    return object({{"kind", text("photo")},
                   {"channels", input.at("channels").value()},
                   {"range", input.at("range").value()},
                   {"normalisation", input.at("normalisation").value()},
                   {"padding", object({{"side", text("bottom_right")},
                                       {"value", rounded(input.at("pad_value"))}})}});
}

struct Known {
    const char* name;  // of a tensor
    Member member;     // what schema 2 says of it
};

// The tensors of a list, each with what is known of it by its name: all of them, and no other.
Value converted_tensors(const Field& list, const std::vector<Known>& known) {
    const std::vector<Field> items = list.items();
    if (items.size() != known.size()) {
        list.refuse("list " + std::to_string(items.size()) + " tensors instead of " +
                    std::to_string(known.size()));
    }
    Value converted = list.value();
    for (const Known& one : known) {
        bool found = false;
        for (size_t i = 0; i < items.size(); ++i) {
            if (items[i].at("name").text() == one.name) {
                converted.array[i].object.push_back(one.member);
                found = true;
            }
        }
        if (!found) {
            list.refuse(std::string("lack the tensor \"") + one.name + "\"");
        }
    }
    return converted;
}

Value converted_files(const Field& files) {
    Value converted = object({});
    std::set<std::string> paths;
    for (const Field& file : files.items()) {
        std::string path = file.at("path").text(kMaxPathBytes);
        if (!paths.insert(path).second) {
            file.at("path").refuse("lists \"" + path + "\" twice");
        }
        converted.object.emplace_back(
            std::move(path),
            object({{"bytes", file.at("size").value()}, {"sha256", file.at("sha256").value()}}));
    }
    return converted;
}

Value converted_program(const Field& program, const char* runs, const std::vector<Known>& inputs,
                        const std::vector<Known>& outputs) {
    Value converted = object({{"runs", text(runs)},
                              {"file", program.at("file").value()},
                              {"files", converted_files(program.at("files"))},
                              {"inputs", converted_tensors(program.at("inputs"), inputs)},
                              {"outputs", converted_tensors(program.at("outputs"), outputs)}});
    if (const auto macs = program.maybe("macs")) {
        converted.object.emplace_back("macs", macs->value());
    }
    return converted;
}

Member source(const char* kind) { return {"source", object({{"kind", text(kind)}})}; }

Member role(const char* name) { return {"role", text(name)}; }

// Schema 1 said the size of the photo twice.
void check_size(const Field& input, const Field& program) {
    for (const Field& tensor : program.at("inputs").items()) {
        if (tensor.at("name").text() != "image") {
            continue;
        }
        const std::vector<Field> shape = tensor.at("shape").items();
        const int64_t height = input.at("height").whole(1, INT32_MAX);
        const int64_t width = input.at("width").whole(1, INT32_MAX);
        if (shape.size() != 4 || shape[2].whole(1, INT32_MAX) != height ||
            shape[3].whole(1, INT32_MAX) != width) {
            tensor.at("shape").refuse("contradicts input.height and input.width: it must be 1x3x" +
                                      std::to_string(height) + "x" + std::to_string(width));
        }
    }
}

Value converted_programs(const Field& document) {
    const Member photo{"source", photo_source(document.at("input"))};
    const Field programs = document.at("programs");
    const Field segmenter = programs.at("segmenter");
    check_size(document.at("input"), segmenter);
    Value converted = object({});
    if (const auto saliency = programs.maybe("saliency")) {
        converted.object.emplace_back(
            "heat",
            converted_program(*saliency, "photo", {{"image", photo}}, {{"heatmap", role("heat")}}));
    }
    converted.object.emplace_back(
        "segment", converted_program(segmenter, "prompt",
                                     {{"image", photo},
                                      {"prompts", source("planes")},
                                      {"points", source("points")},
                                      {"labels", source("labels")}},
                                     {{"masks", role("masks")}, {"scores", role("scores")}}));
    return converted;
}

}  // namespace

json::Value to_schema_2(const Field& document) {
    Value converted = object({});
    for (const auto& [name, member] : document.members()) {
        if (name != "input" && name != "programs") {
            converted.object.emplace_back(name, member.value());
        }
    }
    converted.object.emplace_back("programs", converted_programs(document));
    return converted;
}

}  // namespace ssam
