#include "manifest_text.h"

#include "runner.h"

namespace test {
namespace {

std::string tensor(const std::string& name, const std::string& shape) {
    return "{\"name\": \"" + name + "\", \"shape\": [" + shape + "], \"dtype\": \"float32\"}";
}

std::string program(const std::string& name, const std::string& inputs,
                    const std::string& outputs) {
    const std::string file = name + ".onnx";
    // sha256 of the empty file.
    return "{\"file\": \"" + file + "\", \"files\": [{\"path\": \"" + file +
           "\", \"size\": 0, \"sha256\": "
           "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}], \"macs\": 7, "
           "\"inputs\": [" +
           inputs + "], \"outputs\": [" + outputs + "]}";
}

std::string flag(bool value) { return value ? "true" : "false"; }

}  // namespace

std::string manifest_text(const ManifestOptions& options) {
    const int height = options.height == 0 ? options.side : options.height;
    const auto grid = [](int h, int w) { return std::to_string(h) + ", " + std::to_string(w); };
    const std::string input = grid(height, options.side);
    const std::string small = grid(options.saliency, options.saliency);
    const std::string points = std::to_string(options.max_points);
    std::string programs =
        "\"segmenter\": " +
        program("segmenter",
                tensor("image", "1, 3, " + input) + ", " + tensor("prompts", "1, 2, " + input) +
                    ", " + tensor("points", "1, " + points + ", 2") + ", " +
                    tensor("labels", "1, " + points),
                tensor("masks", "1, 4, " + grid(height / 4, options.side / 4)) + ", " +
                    tensor("scores", "1, 4"));
    if (options.saliency > 0) {
        programs += ", \"saliency\": " + program("saliency", tensor("image", "1, 3, " + small),
                                                 tensor("heatmap", "1, 1, " + small));
    }
    return "{\"schema_version\": 1, \"name\": \"test\", \"licence\": \"Apache-2.0\",\n"
           " \"target\": \"onnx\", \"backend\": \"cpu\", \"precision\": \"int8\",\n"
           " \"model\": {\"preset\": \"squeezesam\"},\n"
           " \"input\": {\"height\": " +
           std::to_string(height) + ", \"width\": " + std::to_string(options.side) +
           ", \"channels\": \"rgb\", \"range\": [0, 255], \"normalisation\": \"folded\", "
           "\"pad_value\": [124, 116, 104]},\n"
           " \"prompts\": {\"max_points\": " +
           points +
           ", \"click_radius\": 2.5, \"box_default\": 1.0},\n"
           " \"capabilities\": {\"negative_points\": " +
           flag(options.negative_points) + ", \"box\": " + flag(options.box) +
           ", \"automatic\": " + flag(options.saliency > 0) +
           "},\n"
           " \"programs\": {" +
           programs + "}}\n";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    REQUIRE(text.find(from, at + 1) == std::string::npos);
    return text.replace(at, from.size(), to);
}

}  // namespace test
