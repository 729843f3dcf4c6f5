// What a bundle's folder must not hold, and what an ONNX program must not refer to.
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "bundle/onnx_file.h"
#include "folder.h"
#include "manifest_text.h"
#include "runner.h"

namespace {

using test::Folder;
using test::manifest_text;
using test::open;
using test::replaced;

std::string obstacle(const std::string& bytes, const std::string& name = "a.onnx") {
    std::istringstream file(bytes);
    return ssam::onnx_obstacle(file, static_cast<int64_t>(bytes.size()), name);
}

// A message as a field of another one.
std::string field(int number, const std::string& content) {
    CHECK(number < 16 && content.size() < 128);
    return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(content.size())} +
           content;
}

void fill(const Folder& folder) {
    folder.write("manifest.json", manifest_text());
    folder.write("segment.onnx", "");
    folder.write("heat.onnx", "");
}

}  // namespace

TEST("a folder with more than its manifest lists is refused") {
    const Folder folder;
    fill(folder);
    CHECK_EQ(open(folder.path), SSAM_OK);
    folder.write(".DS_Store", "Bud1");
    CHECK_EQ(open(folder.path), SSAM_OK);
    {
        const Folder package;
        fill(package);
        package.write("deep/.DS_Store", "Bud1");
        MUST_FAIL(open(package.path), SSAM_ERROR_BUNDLE_DAMAGED, "does not list this file");
    }
    folder.write("deep/er/w.bin", "");
    MUST_FAIL(open(folder.path), SSAM_ERROR_BUNDLE_DAMAGED, "does not list this file");
    MUST_FAIL(open(folder.path, SSAM_BUNDLE_SIZES_ONLY), SSAM_ERROR_BUNDLE_DAMAGED, "deep");
}

TEST("a segmenter is not made of programs that were changed after the bundle was opened") {
    const Folder folder;
    fill(folder);
    ssam_bundle* bundle = nullptr;
    MUST(ssam_bundle_open(folder.path.u8string().c_str(), 0, &bundle));
    ssam_engine engine{};
    engine.run = [](void*, int32_t, const char*, const ssam_tensor*, int32_t, ssam_tensor*, int32_t,
                    char*, size_t) { return ssam_status{SSAM_OK}; };
    engine.release = [](void*) { CHECK(false); };  // a failure leaves the engine to us
    folder.write("heat.onnx", "x");
    ssam_segmenter* segmenter = nullptr;
    MUST_FAIL(ssam_segmenter_create(bundle, &engine, &segmenter), SSAM_ERROR_BUNDLE_DAMAGED,
              "has 1 bytes");
    folder.write("heat.onnx", "");
    engine.release = nullptr;
    MUST(ssam_segmenter_create(bundle, &engine, &segmenter));
    ssam_segmenter_free(segmenter);
    ssam_bundle_free(bundle);
}

TEST("whoever waits for a bundle can stop its reading, on a thread of his own alone") {
    const Folder folder;
    fill(folder);
    ssam_bundle* bundle = nullptr;
    MUST(ssam_bundle_open(folder.path.u8string().c_str(), 0, &bundle));
    int asked = 0;
    const auto count = [](void* of) -> int32_t { return ++*static_cast<int*>(of); };
    ssam_stop_reading_when(count, &asked);
    CHECK_EQ(open(folder.path), SSAM_ERROR_CANCELLED);
    ssam_stop_reading_when(count, &asked);  // else it is asked a moment later
    MUST_FAIL(ssam_bundle_recheck(bundle, 0), SSAM_ERROR_CANCELLED, "was cancelled");
    CHECK_EQ(asked, 2);
    const int before = asked;
    std::thread([&] { CHECK_EQ(open(folder.path), SSAM_OK); }).join();
    CHECK_EQ(asked, before);
    ssam_stop_reading_when(nullptr, nullptr);
    CHECK_EQ(open(folder.path), SSAM_OK);
    CHECK_EQ(asked, before);
    ssam_bundle_free(bundle);
}

TEST("the names of a manifest hold no control characters, wherever they stand") {
    ssam_bundle* bundle = nullptr;
    for (const char* evil : {"\\u001b[2K", "\\n", "\\u202e", "\\u0085", "\xE2\x80\xA8"}) {
        const std::string text =
            replaced(manifest_text(), "\"schema_version\"",
                     std::string("\"note\": [{\"a\": \"") + evil + "\"}], \"schema_version\"");
        MUST_FAIL(ssam_bundle_parse(text.data(), text.size(), &bundle), SSAM_ERROR_BUNDLE,
                  "note[0].a is a text with a control character in it");
    }
}

TEST("a limit of the tensors' memory holds for bundles that are opened later") {
    const std::string text = manifest_text();
    ssam_bundle* bundle = nullptr;
    MUST(ssam_bundle_parse(text.data(), text.size(), &bundle));
    ssam_bundle_info info;
    MUST(ssam_bundle_get_info(bundle, &info));
    ssam_bundle_free(bundle);
    CHECK(info.tensor_bytes > 0);
    MUST(ssam_set_tensor_limit(info.tensor_bytes - 1));
    MUST_FAIL(ssam_bundle_parse(text.data(), text.size(), &bundle), SSAM_ERROR_BUNDLE,
              "more than the limit");
    MUST(ssam_set_tensor_limit(SSAM_DEFAULT_TENSOR_LIMIT));
    MUST(ssam_bundle_parse(text.data(), text.size(), &bundle));
    ssam_bundle_free(bundle);
    MUST_FAIL(ssam_set_tensor_limit(0), SSAM_ERROR_INVALID_ARGUMENT, "at least 1 byte");
}

TEST("an ONNX program that keeps data in another file is found, at any depth") {
    const std::string tensor = "\x70\x01";                    // data_location: external
    const std::string entry = field(13, "");                  // external_data
    const std::string graph = field(5, tensor);               // initializer
    const std::string attribute = field(5, field(6, graph));  // of a node: a graph
    CHECK_EQ(obstacle(""), std::string());
    CHECK_EQ(obstacle(field(7, field(5, std::string("\x70\x00", 2)))), std::string());
    for (const std::string& bad :
         {field(7, graph), field(7, field(5, entry)), field(7, field(1, attribute)),
          field(7, field(15, field(2, tensor))), field(7, "") + field(7, graph)}) {
        CHECK(obstacle(bad).find("external data") != std::string::npos);
        CHECK(obstacle(bad.substr(0, bad.size() - 1)) != "");
    }
}

TEST("ONNX Runtime's own format has its own name") {
    const std::string marked = "....ORTM....";
    CHECK_EQ(obstacle(marked, "a.ort"), std::string());
    CHECK(obstacle(marked, "a.onnx").find("not called .ort") != std::string::npos);
    CHECK(obstacle("", "a.ort").find("yet not in") != std::string::npos);
}
