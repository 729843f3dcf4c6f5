// Manifests and bundle folders.
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "folder.h"
#include "manifest_text.h"
#include "runner.h"
#include "squeezesam/ssam.h"

namespace {

namespace fs = std::filesystem;
using test::Folder;
using test::manifest_text;
using test::open;
using test::replaced;

ssam_status parse(const std::string& text) {
    ssam_bundle* bundle = nullptr;
    const ssam_status status = ssam_bundle_parse(text.data(), text.size(), &bundle);
    CHECK_EQ(bundle != nullptr, status == SSAM_OK);
    ssam_bundle_free(bundle);
    return status;
}

}  // namespace

TEST("a sound manifest is read in full") {
    const std::string text = manifest_text({64, 96, 32, 8, true, false});
    ssam_bundle* bundle = nullptr;
    MUST(ssam_bundle_parse(text.data(), text.size(), &bundle));
    ssam_bundle_info info;
    MUST(ssam_bundle_get_info(bundle, &info));
    CHECK_EQ(std::string(info.name), std::string("test"));
    CHECK_EQ(std::string(info.preset), std::string("squeezesam"));
    CHECK_EQ(std::string(info.precision), std::string("int8"));
    CHECK_EQ(info.target, SSAM_TARGET_ONNX);
    CHECK_EQ(info.input_width, 64);
    CHECK_EQ(info.input_height, 96);
    CHECK_EQ(info.mask_width, 16);
    CHECK_EQ(info.mask_height, 24);
    CHECK_EQ(info.program_count, 2);
    CHECK_EQ(info.schema_version, 2);
    CHECK_EQ(info.candidate_count, 4);
    CHECK_EQ(info.max_points, 8);
    CHECK_EQ(info.click_radius, 2.5);
    CHECK_EQ(info.capabilities, uint32_t{SSAM_CAN_NEGATIVE_POINTS | SSAM_CAN_AUTOMATIC});
    CHECK_EQ(std::string(info.manifest, info.manifest_size), text);
    CHECK_EQ(ssam_bundle_program_count(bundle), 2);
    int32_t index = -1;
    MUST(ssam_bundle_find_program(bundle, "segment", &index));
    CHECK_EQ(index, 1);
    ssam_program_info program;
    MUST(ssam_bundle_get_program(bundle, index, &program));
    CHECK_EQ(std::string(program.name), std::string("segment"));
    CHECK_EQ(program.runs, SSAM_RUNS_PROMPT);
    CHECK_EQ(std::string(program.path), std::string("segment.onnx"));
    CHECK_EQ(program.macs, int64_t{7});
    CHECK_EQ(program.input_count, 4);
    CHECK_EQ(std::string(program.inputs[2].name), std::string("points"));
    CHECK_EQ(std::string(program.inputs[2].source), std::string("points"));
    CHECK_EQ(std::string(program.inputs[2].role), std::string(""));
    CHECK_EQ(program.inputs[2].rank, 3);
    CHECK_EQ(program.inputs[2].shape[1], int64_t{8});
    CHECK_EQ(program.inputs[2].shape[3], int64_t{0});
    CHECK_EQ(std::string(program.outputs[1].role), std::string("scores"));
    MUST(ssam_bundle_get_program(bundle, 0, &program));
    CHECK_EQ(std::string(program.name), std::string("heat"));
    CHECK_EQ(program.runs, SSAM_RUNS_PHOTO);
    for (const int32_t beyond : {-1, 2}) {
        MUST_FAIL(ssam_bundle_get_program(bundle, beyond, &program), SSAM_ERROR_INVALID_ARGUMENT,
                  "this bundle has 2, counted from 0");
    }
    MUST_FAIL(ssam_bundle_find_program(bundle, "saliency", &index), SSAM_ERROR_INVALID_ARGUMENT,
              "no program called \"saliency\"");
    ssam_bundle_free(bundle);
}

TEST("a manifest of schema 1 is read as the same pipeline") {
    const std::string old = test::manifest_1_text({64, 96, 32, 8, true, false});
    const std::string text = manifest_text({64, 96, 32, 8, true, false});
    ssam_bundle* bundles[2] = {};
    MUST(ssam_bundle_parse(old.data(), old.size(), &bundles[0]));
    MUST(ssam_bundle_parse(text.data(), text.size(), &bundles[1]));
    ssam_bundle_info info[2];
    for (int i = 0; i < 2; ++i) {
        MUST(ssam_bundle_get_info(bundles[i], &info[i]));
        CHECK_EQ(info[i].schema_version, 1 + i);
        CHECK_EQ(std::string(info[i].name), std::string("test"));
    }
    CHECK_EQ(info[0].input_height, info[1].input_height);
    CHECK_EQ(info[0].mask_width, info[1].mask_width);
    CHECK_EQ(info[0].capabilities, info[1].capabilities);
    CHECK_EQ(std::string(info[0].manifest, info[0].manifest_size), old);
    REQUIRE(ssam_bundle_program_count(bundles[0]) == 2);
    for (int32_t i = 0; i < 2; ++i) {
        ssam_program_info program[2];
        MUST(ssam_bundle_get_program(bundles[0], i, &program[0]));
        MUST(ssam_bundle_get_program(bundles[1], i, &program[1]));
        CHECK_EQ(std::string(program[0].name), std::string(program[1].name));
        CHECK_EQ(program[0].runs, program[1].runs);
        REQUIRE(program[0].input_count == program[1].input_count);
        for (int32_t j = 0; j < program[0].input_count; ++j) {
            CHECK_EQ(std::string(program[0].inputs[j].source),
                     std::string(program[1].inputs[j].source));
        }
    }
    ssam_bundle_free(bundles[0]);
    ssam_bundle_free(bundles[1]);
}

TEST("a manifest without a heat map has one program") {
    const std::string text = manifest_text({64, 0, 0, 8, true, true});
    ssam_bundle* bundle = nullptr;
    MUST(ssam_bundle_parse(text.data(), text.size(), &bundle));
    CHECK_EQ(ssam_bundle_program_count(bundle), 1);
    CHECK_EQ(ssam_bundle_program_count(nullptr), 0);
    ssam_bundle_free(bundle);
}

TEST("a manifest of a newer schema says so, whatever else it holds") {
    MUST_FAIL(parse("{\"schema_version\": 3, \"all\": \"new\"}"), SSAM_ERROR_BUNDLE_VERSION,
              "made by a newer squeezesam-export (schema_version 3, this runtime reads up to 2); "
              "update the app");
    MUST_FAIL(parse("{\"schema_version\": 0}"), SSAM_ERROR_BUNDLE, "schema_version must be");
    MUST_FAIL(parse("{\"schema_version\": \"1\"}"), SSAM_ERROR_BUNDLE,
              "schema_version must be a number, not a string");
    MUST_FAIL(parse("{\"schema_version\": 1.0}"), SSAM_ERROR_BUNDLE, "a whole number");
    MUST_FAIL(parse("[]"), SSAM_ERROR_BUNDLE, "the document must be an object, not an array");
}

TEST("each contradiction in a manifest is named by its place") {
    const std::string sound = manifest_text();
    const struct {
        const char* from;
        const char* to;
        const char* words;
    } cases[] = {
        {"\"target\": \"onnx\"", "\"target\": \"tflite\"", "target is \"tflite\""},
        {"\"licence\": \"Apache-2.0\",", "", "licence is missing"},
        {"\"max_points\": 8", "\"max_points\": 9", "prompts.max_points is 9"},
        {"\"max_points\": 8", "\"max_points\": 0", "prompts.max_points must be a whole number"},
        {"\"max_points\": 8,", "", "prompts.max_points is missing"},
        {"\"click_radius\": 2.5", "\"click_radius\": -1", "prompts.click_radius"},
        {"\"box\": true", "\"box\": 1", "capabilities.box must be true or false, not a number"},
        {"\"automatic\": true", "\"automatic\": false", "automatic is false, but a program gives"},
        {"[1, 4, 16, 16]", "[1, 4, 16, 15]", "not the proportions of its photo, 64x64"},
        {"[1, 4, 16, 16]", "[1, 3, 16, 16]", "there are 3 masks to score"},
        {"[1, 4, 16, 16]", "[1, 4, 16]", "masks are 1x?x?x?"},
        {"[1, 4, 16, 16]", "[1, 4, 16, 99999999999]", "shape[3] must be a whole number"},
        {"[1, 4, 16, 16]", "[1, 60000, 60000, 60000]", "larger than any network"},
        {"\"file\": \"heat.onnx\"", "\"file\": \"../heat.onnx\"", "not a plain path"},
        {"\"heat.onnx\": {", "\"/etc/passwd\": {", "not a plain path"},
        {"\"heat.onnx\": {", "\"heat.onnx/../x\": {", "not a plain path"},
        {"\"heat.onnx\": {", "\"c:\\\\x\": {", "not a plain path"},
        {"\"heat.onnx\": {", "\"other.onnx\": {", "not part of \"heat.onnx\""},
        {"\"role\": \"masks\"", "\"role\": \"mask\"", "outputs[0].role is \"mask\""},
        {"\"runs\": \"photo\"", "\"runs\": \"always\"", "programs.heat.runs is \"always\""},
    };
    MUST(parse(sound));
    for (const auto& one : cases) {
        MUST_FAIL(parse(replaced(sound, one.from, one.to)), SSAM_ERROR_BUNDLE, one.words);
        CHECK(std::string(ssam_last_error()).rfind("manifest.json: ", 0) == 0);
    }
}

TEST("a manifest cut off anywhere is refused") {
    const std::string sound = manifest_text();
    for (size_t length = 0; length + 2 < sound.size(); length += 7) {
        REQUIRE(parse(sound.substr(0, length)) == SSAM_ERROR_BUNDLE);
    }
    MUST_FAIL(parse(std::string(5 << 20, ' ')), SSAM_ERROR_BUNDLE, "larger than 4 MiB");
}

TEST("a bundle folder is opened, its name beyond ASCII included") {
    const Folder folder;
    folder.write("manifest.json", manifest_text());
    folder.write("segment.onnx", "");
    folder.write("heat.onnx", "");
    ssam_bundle* bundle = nullptr;
    MUST(ssam_bundle_open(folder.path.u8string().c_str(), 0, &bundle));
    ssam_program_info program;
    MUST(ssam_bundle_get_program(bundle, 0, &program));
    CHECK_EQ(fs::u8path(program.path), folder.path / "heat.onnx");
    ssam_bundle_free(bundle);
}

TEST("a bundle whose files are missing, cut or changed is refused") {
    const Folder folder;
    const std::string three = replaced(
        replaced(manifest_text(), "\"heat.onnx\": {\"bytes\": 0", "\"heat.onnx\": {\"bytes\": 3"),
        "\"bytes\": 3, \"sha256\": "
        "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"",
        "\"bytes\": 3, \"sha256\": "
        "\"81EEAA08B8A60A0ED4441DB6B4C3CA50D94ACA62D576E08AFEB8DBF1E0BDA83C\"");
    MUST_FAIL(open(folder.path / "nowhere"), SSAM_ERROR_BUNDLE, "no such bundle");
    MUST_FAIL(open(folder.path), SSAM_ERROR_BUNDLE, "it has no manifest.json");
    folder.write("manifest.json", three);
    MUST_FAIL(open(folder.path / "manifest.json"), SSAM_ERROR_BUNDLE, "a bundle is a folder");
    folder.write("segment.onnx", "");
    MUST_FAIL(open(folder.path), SSAM_ERROR_BUNDLE_DAMAGED, "heat.onnx: the file is missing");
    folder.write("heat.onnx", "ab");
    MUST_FAIL(open(folder.path), SSAM_ERROR_BUNDLE_DAMAGED,
              "the file has 2 bytes, the bundle's manifest says 3");
    folder.write("heat.onnx", "B\001y");
    MUST_FAIL(open(folder.path), SSAM_ERROR_BUNDLE_DAMAGED, "changed or damaged");
    CHECK_EQ(open(folder.path, SSAM_BUNDLE_SIZES_ONLY), SSAM_OK);
    folder.write("heat.onnx", "B\001x");
    CHECK_EQ(open(folder.path), SSAM_OK);
    fs::remove(folder.path / "heat.onnx");
    fs::create_directories(folder.path / "heat.onnx");
    MUST_FAIL(open(folder.path), SSAM_ERROR_BUNDLE_DAMAGED, "the file is missing");
}

TEST("a bundle that changes on disk after it was loaded is found out by a second check") {
    const Folder folder;
    folder.write("manifest.json", manifest_text());
    folder.write("segment.onnx", "");
    folder.write("heat.onnx", "");
    ssam_bundle* bundle = nullptr;
    MUST(ssam_bundle_open(folder.path.u8string().c_str(), 0, &bundle));
    MUST(ssam_bundle_recheck(bundle, 0));
    folder.write("segment.onnx", "x");
    MUST_FAIL(ssam_bundle_recheck(bundle, 0), SSAM_ERROR_BUNDLE_DAMAGED, "has 1 bytes");
    folder.write("segment.onnx", "");
    folder.write("manifest.json", manifest_text() + " ");
    MUST_FAIL(ssam_bundle_recheck(bundle, 0), SSAM_ERROR_BUNDLE_DAMAGED,
              "changed after the bundle was loaded");
    // What was loaded stays as it was.
    ssam_bundle_info info;
    MUST(ssam_bundle_get_info(bundle, &info));
    CHECK_EQ(std::string(info.manifest, info.manifest_size), manifest_text());
    fs::remove(folder.path / "manifest.json");
    MUST_FAIL(ssam_bundle_recheck(bundle, 0), SSAM_ERROR_BUNDLE_DAMAGED, "no manifest.json");
    ssam_bundle_free(bundle);
    const std::string text = manifest_text();
    MUST(ssam_bundle_parse(text.data(), text.size(), &bundle));
    MUST_FAIL(ssam_bundle_recheck(bundle, 0), SSAM_ERROR_STATE, "it has no files");
    ssam_bundle_free(bundle);
}

TEST("a program may be a folder of files") {
    const Folder folder;
    folder.write("manifest.json",
                 replaced(replaced(manifest_text(), "\"file\": \"heat.onnx\"",
                                   "\"file\": \"heat.mlpackage\""),
                          "\"heat.onnx\": {", "\"heat.mlpackage/Data/model.mlmodel\": {"));
    folder.write("segment.onnx", "");
    folder.write("heat.mlpackage/Data/model.mlmodel", "");
    CHECK_EQ(open(folder.path), SSAM_OK);
}

TEST("sha256 gives the digests of the standard") {
    const auto digest = [](const std::string& bytes) {
        char hex[65];
        MUST(ssam_sha256(bytes.data(), bytes.size(), hex));
        return std::string(hex);
    };
    CHECK_EQ(digest(""), std::string("e3b0c44298fc1c149afbf4c8996fb924"
                                     "27ae41e4649b934ca495991b7852b855"));
    CHECK_EQ(digest("abc"), std::string("ba7816bf8f01cfea414140de5dae2223"
                                        "b00361a396177a9cb410ff61f20015ad"));
    CHECK_EQ(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
             std::string("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
    CHECK_EQ(digest(std::string(1000000, 'a')),
             std::string("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
}
