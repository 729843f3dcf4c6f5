#include "manifest_text.h"

#include "mask/trait.h"
#include "runner.h"

namespace test {
namespace {

// sha256 of the empty file.
constexpr const char* kEmptyHash =
    "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"";

std::string joined(const std::vector<std::string>& items) {
    std::string text;
    for (const std::string& item : items) {
        text += (text.empty() ? "" : ", ") + item;
    }
    return text;
}

std::string flag(bool value) { return value ? "true" : "false"; }

std::string grid(int height, int width) {
    return std::to_string(height) + ", " + std::to_string(width);
}

std::string head(int schema_version, const std::string& capabilities, int max_points) {
    return "{\"schema_version\": " + std::to_string(schema_version) +
           ", \"name\": \"test\", \"licence\": \"Apache-2.0\",\n"
           " \"target\": \"onnx\", \"backend\": \"cpu\", \"precision\": \"int8\",\n"
           " \"model\": {\"preset\": \"squeezesam\"},\n"
           " \"prompts\": {\"max_points\": " +
           std::to_string(max_points) +
           ", \"click_radius\": 2.5, \"box_default\": 1.0},\n"
           " \"capabilities\": {" +
           capabilities + "},\n";
}

std::string capabilities_of(const ManifestOptions& options) {
    return "\"negative_points\": " + flag(options.negative_points) +
           ", \"box\": " + flag(options.box) + ", \"automatic\": " + flag(options.heat > 0);
}

std::string tensor_1(const std::string& name, const std::string& shape) {
    return "{\"name\": \"" + name + "\", \"shape\": [" + shape + "], \"dtype\": \"float32\"}";
}

std::string program_1(const std::string& name, const std::vector<std::string>& inputs,
                      const std::vector<std::string>& outputs) {
    return "\"" + name + "\": {\"file\": \"" + name + ".onnx\", \"files\": [{\"path\": \"" + name +
           ".onnx\", \"size\": 0, \"sha256\": " + kEmptyHash + "}], \"macs\": 7, \"inputs\": [" +
           joined(inputs) + "], \"outputs\": [" + joined(outputs) + "]}";
}

}  // namespace

std::string photo_source() {
    return "\"kind\": \"photo\", \"channels\": \"rgb\", \"range\": [0, 255], \"normalisation\": "
           "\"folded\", \"padding\": {\"side\": \"bottom_right\", \"value\": [124, 116, 104]}";
}

std::string kind_source(const std::string& kind) { return "\"kind\": \"" + kind + "\""; }

std::string program_source(const std::string& program, const std::string& output) {
    return "\"kind\": \"program\", \"program\": \"" + program + "\", \"output\": \"" + output +
           "\"";
}

std::string input_text(const std::string& name, const std::string& shape,
                       const std::string& source) {
    return "{\"name\": \"" + name + "\", \"shape\": [" + shape + "], \"source\": {" + source + "}}";
}

std::string output_text(const std::string& name, const std::string& shape,
                        const std::string& role) {
    return "{\"name\": \"" + name + "\", \"shape\": [" + shape + "]" +
           (role.empty() ? "" : ", \"role\": \"" + role + "\"") + "}";
}

std::string program_text(const std::string& name, const std::string& runs,
                         const std::vector<std::string>& inputs,
                         const std::vector<std::string>& outputs) {
    return "\"" + name + "\": {\"runs\": \"" + runs + "\", \"file\": \"" + name +
           ".onnx\", \"files\": {\"" + name + ".onnx\": {\"bytes\": 0, \"sha256\": " + kEmptyHash +
           "}}, \"macs\": 7, \"inputs\": [" + joined(inputs) + "], \"outputs\": [" +
           joined(outputs) + "]}";
}

std::string manifest_of(const std::vector<std::string>& programs, const std::string& capabilities,
                        int max_points) {
    return head(2, "\"negative_points\": true, \"box\": true, " + capabilities, max_points) +
           " \"programs\": {" + joined(programs) + "}}\n";
}

std::string manifest_text(const ManifestOptions& options) {
    const int height = options.height == 0 ? options.side : options.height;
    const std::string input = grid(height, options.side);
    const std::string small = grid(options.heat, options.heat);
    const std::string points = std::to_string(options.max_points);
    std::vector<std::string> programs;
    if (options.heat > 0) {
        programs.push_back(program_text("heat", "photo",
                                        {input_text("image", "1, 3, " + small, photo_source())},
                                        {output_text("heatmap", "1, 1, " + small, "heat")}));
    }
    programs.push_back(
        program_text("segment", "prompt",
                     {input_text("image", "1, 3, " + input, photo_source()),
                      input_text("prompts", "1, 2, " + input, kind_source("planes")),
                      input_text("points", "1, " + points + ", 2", kind_source("points")),
                      input_text("labels", "1, " + points, kind_source("labels"))},
                     {output_text("masks", "1, 4, " + grid(height / 4, options.side / 4), "masks"),
                      output_text("scores", "1, 4", "scores")}));
    return head(2, capabilities_of(options), options.max_points) + " \"programs\": {" +
           joined(programs) + "}}\n";
}

std::string manifest_1_text(const ManifestOptions& options) {
    const int height = options.height == 0 ? options.side : options.height;
    const std::string input = grid(height, options.side);
    const std::string small = grid(options.heat, options.heat);
    const std::string points = std::to_string(options.max_points);
    std::vector<std::string> programs = {
        program_1("segmenter",
                  {tensor_1("image", "1, 3, " + input), tensor_1("prompts", "1, 2, " + input),
                   tensor_1("points", "1, " + points + ", 2"), tensor_1("labels", "1, " + points)},
                  {tensor_1("masks", "1, 4, " + grid(height / 4, options.side / 4)),
                   tensor_1("scores", "1, 4")})};
    if (options.heat > 0) {
        programs.push_back(program_1("saliency", {tensor_1("image", "1, 3, " + small)},
                                     {tensor_1("heatmap", "1, 1, " + small)}));
    }
    return head(1, capabilities_of(options), options.max_points) +
           " \"input\": {\"height\": " + std::to_string(height) +
           ", \"width\": " + std::to_string(options.side) +
           ", \"channels\": \"rgb\", \"range\": [0, 255], \"normalisation\": \"folded\", "
           "\"pad_value\": [124, 116, 104]},\n \"programs\": {" +
           joined(programs) + "}}\n";
}

std::string fitted_text(const ManifestOptions& options) {
    std::string traits, weights;
    for (const std::string_view name : ssam::kTraitNames) {
        traits += (traits.empty() ? "\"" : ", \"") + std::string(name) + "\"";
        weights += weights.empty() ? "0.05" : ", 0.05";
    }
    const auto kinds = [](const std::string& each) {
        return "\"click\": " + each + ", \"clicks\": " + each + ", \"box\": " + each +
               ", \"automatic\": " + each;
    };
    const std::string head =
        "{\"bias\": -0.1, \"weights\": [" + weights + "], \"squares\": [" + weights + "]}";
    const std::string masks = "\"role\": \"masks\"";
    const std::string scores = "\"role\": \"scores\"";
    return replaced(
        replaced(manifest_text(options), masks,
                 masks + ", \"heat_weights\": {" + kinds("0.25") + "}"),
        scores, scores + ", \"score_heads\": {\"traits\": [" + traits + "], " + kinds(head) + "}");
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(text.find(from, at + 1) == std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace test
