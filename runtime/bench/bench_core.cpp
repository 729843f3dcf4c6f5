// The core's own work on a photo, without a network: the engine only copies a prepared answer.
//   ssam_bench [width height [repetitions]]
// Prints the median of each step in milliseconds of processor time (one thread, so that is wall
// time on an idle machine, and a busy one does not spoil it).
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "squeezesam/ssam.h"

namespace {

constexpr int kInput = 512;
constexpr int kHeat = 256;
constexpr int kPlane = kInput / 4;

void must(ssam_status status) {
    if (status != SSAM_OK) {
        std::fprintf(stderr, "%s: %s\n", ssam_status_name(status), ssam_last_error());
        std::exit(1);
    }
}

const std::string kPhoto =
    R"("kind": "photo", "channels": "rgb", "range": [0, 255], "normalisation": "folded",
       "padding": {"side": "bottom_right", "value": [124, 116, 104]})";

std::string input(const std::string& name, const std::string& shape, const std::string& source) {
    return R"({"name": ")" + name + R"(", "shape": [)" + shape + R"(], "source": {)" + source +
           "}}";
}

std::string output(const std::string& name, const std::string& shape) {
    return R"({"name": ")" + name + R"(", "shape": [)" + shape + R"(], "role": ")" + name + R"("})";
}

std::string program(const std::string& runs, const std::string& inputs,
                    const std::string& outputs) {
    return R"({"runs": ")" + runs + R"(", "file": "p", "files": {"p": {"bytes": 0, "sha256": ")" +
           std::string(64, '0') + R"("}}, "inputs": [)" + inputs + R"(], "outputs": [)" + outputs +
           "]}";
}

std::string manifest() {
    const std::string side = std::to_string(kInput) + ", " + std::to_string(kInput);
    const std::string plane = std::to_string(kPlane) + ", " + std::to_string(kPlane);
    const std::string small = std::to_string(kHeat) + ", " + std::to_string(kHeat);
    return R"({"schema_version": 2, "name": "bench", "licence": "Apache-2.0", "target": "onnx",
        "backend": "cpu", "precision": "fp32", "model": {"preset": "none"},
        "prompts": {"max_points": 16, "click_radius": 5.0, "box_default": 1.0},
        "capabilities": {"negative_points": true, "box": true, "automatic": true},
        "programs": {"heat": )" +
           program("photo", input("image", "1, 3, " + small, kPhoto),
                   output("heat", "1, 1, " + small)) +
           R"(, "segment": )" +
           program("prompt",
                   input("image", "1, 3, " + side, kPhoto) + ", " +
                       input("prompts", "1, 2, " + side, R"("kind": "planes")") + ", " +
                       input("points", "1, 16, 2", R"("kind": "points")") + ", " +
                       input("labels", "1, 16", R"("kind": "labels")"),
                   output("masks", "1, 4, " + plane) + ", " + output("scores", "1, 4")) +
           "}}";
}

// A lobed blob with a ragged edge and an island: as many edges as a real mask has.
float answer(int x, int y, int side) {
    const double u = (x + 0.5) / side - 0.45;
    const double v = (y + 0.5) / side - 0.4;
    const double angle = std::atan2(v, u);
    const double radius = 0.25 + 0.05 * std::sin(5 * angle) + 0.01 * std::sin(37 * angle);
    const double island = 0.03 - std::hypot(u - 0.4, v - 0.3);
    return static_cast<float>(40.0 * std::max(radius - std::hypot(u, v), island));
}

double engine_ms = 0;  // spent in `run` since it was last set to 0

ssam_status run(void*, int32_t, const char*, const ssam_tensor*, int32_t, ssam_tensor* outputs,
                int32_t count, char*, size_t) {
    const std::clock_t start = std::clock();
    const auto side = static_cast<int>(outputs[0].shape[2]);
    for (int64_t c = 0; c < outputs[0].shape[1]; ++c) {
        float* plane = outputs[0].data + c * side * side;
        for (int y = 0; y < side; ++y) {
            for (int x = 0; x < side; ++x) {
                plane[y * side + x] = answer(x, y, side);
            }
        }
    }
    for (int64_t c = 0; count > 1 && c < outputs[1].count; ++c) {
        outputs[1].data[c] = c == 2 ? 0.9f : 0.5f;
    }
    engine_ms += 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    return SSAM_OK;
}

double median_ms(int repetitions, const std::function<void()>& step) {
    std::vector<double> times;
    for (int i = 0; i < repetitions; ++i) {
        const std::clock_t start = std::clock();
        step();
        times.push_back(1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

// What the core adds to a tap: everything but the engine, which says itself how long it took.
double tap_ms(ssam_session* session, int repetitions) {
    const std::vector<uint8_t> preview(size_t{1024} * 768 * 3, 90);
    const ssam_image image{preview.data(), 1024, 768, 0, SSAM_FORMAT_RGB, 1};
    must(ssam_session_set_image(session, &image));
    std::vector<uint8_t> bytes(size_t{1024} * 768);
    std::vector<double> times;
    for (int i = 0; i <= repetitions; ++i) {
        engine_ms = 0;
        const std::clock_t start = std::clock();
        ssam_mask* mask = nullptr;
        must(ssam_session_add_point(session, 300 + i, 300, 1));
        must(ssam_session_predict(session, nullptr, &mask));
        must(ssam_mask_render(mask, 1, bytes.data(), 0));
        ssam_mask_free(mask);
        const double all = 1000.0 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        times.push_back(all - engine_ms);
    }
    times.erase(times.begin());  // the first one makes room
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

void report(const char* what, double milliseconds) {
    std::printf("%-46s %8.2f ms\n", what, milliseconds);
}

}  // namespace

int main(int argc, char** argv) {
    const int width = argc > 2 ? std::atoi(argv[1]) : 4000;
    const int height = argc > 2 ? std::atoi(argv[2]) : 3000;
    const int repetitions = argc > 3 ? std::atoi(argv[3]) : 15;
    if (width < 1 || height < 1 || repetitions < 1) {
        std::fprintf(stderr, "usage: ssam_bench [width height [repetitions]]\n");
        return 2;
    }
    const size_t pixels = static_cast<size_t>(width) * static_cast<size_t>(height);
    std::vector<uint8_t> photo(pixels * 3);
    uint32_t seed = 1;
    for (uint8_t& byte : photo) {
        seed = seed * 1664525u + 1013904223u;
        byte = static_cast<uint8_t>(seed >> 24);
    }
    ssam_bundle* bundle = nullptr;
    ssam_segmenter* segmenter = nullptr;
    ssam_session* session = nullptr;
    const std::string text = manifest();
    must(ssam_bundle_parse(text.data(), text.size(), &bundle));
    const ssam_engine engine{nullptr, run, nullptr, 0};
    must(ssam_segmenter_create(bundle, &engine, &segmenter));
    must(ssam_session_create(segmenter, &session));

    std::printf("photo %dx%d RGB, input %d, heat map %d, median of %d\n", width, height, kInput,
                kHeat, repetitions);
    double open[9] = {};
    for (int orientation = 1; orientation <= 8; ++orientation) {
        const ssam_image image{photo.data(), width, height, 0, SSAM_FORMAT_RGB, orientation};
        open[orientation] =
            median_ms(repetitions, [&] { must(ssam_session_set_image(session, &image)); });
    }
    report("open (orient, resize to both inputs), EXIF 1", open[1]);
    report("open, EXIF 6 (turned by 90 degrees)", open[6]);
    ssam_image planes_image{photo.data(), width, height, 0, SSAM_FORMAT_NV12, 6};
    planes_image.chroma = photo.data() + pixels;
    planes_image.range = SSAM_RANGE_FULL;
    planes_image.matrix = SSAM_MATRIX_BT601;
    report("open, NV12, EXIF 6",
           median_ms(repetitions, [&] { must(ssam_session_set_image(session, &planes_image)); }));
    const double slowest_open = *std::max_element(open + 1, open + 9);

    std::vector<float> heat_logits(size_t{kHeat} * kHeat);
    for (int i = 0; i < kHeat * kHeat; ++i) {
        heat_logits[static_cast<size_t>(i)] = answer(i % kHeat, i / kHeat, kHeat);
    }
    std::vector<uint8_t> heat(heat_logits.size());
    const double clicks = median_ms(repetitions, [&] {
        ssam_saliency found;
        must(ssam_logits_to_heat(heat_logits.data(), heat.size(), heat.data()));
        must(ssam_salient_clicks(heat.data(), kHeat, kHeat, 0, &found));
    });
    report("heat map to clicks", clicks);
    const float points[] = {100, 100, 200, 150, 300, 310, 50, 60, 250, 251};
    const float labels[] = {1, 1, 0, 2, 3};
    std::vector<float> plane(size_t{2} * kInput * kInput);
    const double planes = median_ms(repetitions, [&] {
        must(ssam_draw_planes(points, labels, 5, kInput, kInput, 5.0, 1.0f, plane.data()));
    });
    report("planes", planes);

    const ssam_image image{photo.data(), width, height, 0, SSAM_FORMAT_RGB, 6};
    must(ssam_session_set_image(session, &image));
    ssam_mask* mask = nullptr;
    must(ssam_session_predict(session, nullptr, &mask));
    const double choice = median_ms(repetitions, [&] {
        ssam_mask* derived = nullptr;
        must(ssam_mask_derive(mask, nullptr, &derived));
        ssam_mask_free(derived);
    });
    report("mask (choice, upsampling to the photo)", choice);
    std::vector<uint8_t> bytes(pixels);
    const double rendering =
        median_ms(repetitions, [&] { must(ssam_mask_render(mask, 1, bytes.data(), 0)); });
    report("mask to bytes", rendering);
    report("all of the core's work, slowest orientation",
           slowest_open + clicks + planes + choice + rendering);
    report("a tap on a preview of 1024 pixels, engine apart", tap_ms(session, repetitions));

    std::printf("beyond that, on demand:\n");
    ssam_predict_options options = ssam_predict_default_options();
    options.keep_largest = 1;
    options.max_hole_area = -1;
    report("largest component and holes, mask included", median_ms(repetitions, [&] {
               ssam_mask* derived = nullptr;
               must(ssam_mask_derive(mask, &options, &derived));
               ssam_mask_free(derived);
           }));
    report("certainty as bytes", median_ms(repetitions, [&] {
               must(ssam_mask_render_alpha(mask, nullptr, bytes.data(), 0));
           }));
    report("alpha of the cut-out, EXIF 6", median_ms(repetitions, [&] {
               must(ssam_mask_render_alpha(mask, &image, bytes.data(), 0));
           }));
    report("contour, epsilon 1", median_ms(repetitions, [&] {
               ssam_contour* contour = nullptr;
               must(ssam_mask_contour(mask, 1.0, &contour));
               ssam_contour_free(contour);
           }));
    report("COCO run lengths", median_ms(repetitions, [&] {
               size_t count = 0;
               must(ssam_mask_rle_counts(mask, nullptr, 0, &count));
           }));
    std::vector<uint8_t> rgba(pixels * 4);
    report("cut-out, soft, EXIF 6", median_ms(repetitions, [&] {
               must(ssam_mask_cutout(mask, &image, nullptr, rgba.data(), 0));
           }));
    report("edges refined, mask written (12-MP export)", median_ms(repetitions, [&] {
               ssam_mask* refined = nullptr;
               must(ssam_mask_refine(mask, &image, nullptr, &refined));
               must(ssam_mask_render(refined, 255, bytes.data(), 0));
               ssam_mask_free(refined);
           }));
    std::vector<float> logits(pixels);
    report("logits at photo size",
           median_ms(repetitions, [&] { must(ssam_mask_render_logits(mask, logits.data(), 0)); }));
    std::vector<uint8_t> file(size_t{12} << 20, 7);
    char hex[65];
    report("sha256 of 12 MiB",
           median_ms(repetitions, [&] { must(ssam_sha256(file.data(), file.size(), hex)); }));
    ssam_mask_free(mask);
    ssam_session_free(session);
    ssam_segmenter_free(segmenter);
    ssam_bundle_free(bundle);
    return 0;
}
