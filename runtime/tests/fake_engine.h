// An engine for tests that really looks at its inputs: it segments by colour. A deterministic
// function of image and prompts, so that what the core feeds it shows in what comes out.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "squeezesam/ssam.h"

namespace test {

struct FakeEngine {
    // Called in the middle of every run, e.g. to cancel or to block.
    std::function<void(const std::string& program)> during;
    ssam_status answer = SSAM_OK;  // what run returns
    std::string message;
    bool not_a_number = false;
    bool extreme = false;  // values as large as a float can be, in turn above and below zero
    std::vector<float> scores = {0.2f, 0.9f, 0.4f, 1.5f};

    // What the last runs were given.
    std::vector<float> image, prompts, points, labels, heat_image;
    std::atomic<int> segment_runs{0};
    std::atomic<int> heat_runs{0};
    std::atomic<int> inside{0};  // runs under way
    std::atomic<int> most_inside{0};
    std::atomic<int> released{0};

    ssam_engine engine(uint32_t flags = 0);
};

// The handles for a test, freed at its end.
class Rig {
 public:
    explicit Rig(const std::string& manifest, uint32_t engine_flags = 0);
    ~Rig();
    Rig(const Rig&) = delete;
    Rig& operator=(const Rig&) = delete;

    FakeEngine fake;
    ssam_bundle* bundle = nullptr;
    ssam_segmenter* segmenter = nullptr;
    ssam_session* session = nullptr;
};

// A red disc on blue: width x height x 3 bytes.
std::vector<uint8_t> disc_photo(int width, int height, double cx, double cy, double radius);

// RGB rows, each pixel the mean of the (2 * radius + 1)^2 round it.
std::vector<uint8_t> blurred(const std::vector<uint8_t>& rgb, int width, int height, int radius);

ssam_image image_of(const std::vector<uint8_t>& rgb, int width, int height, int orientation = 1);

// Opens a photo of 160x120 with a disc of radius 30 round (100, 50).
void open_disc(Rig& rig);

// What a session predicts, freed at the test's end.
struct MaskHandle {
    explicit MaskHandle(ssam_session* session, const ssam_predict_options* options = nullptr);
    ~MaskHandle();
    MaskHandle(const MaskHandle&) = delete;
    MaskHandle& operator=(const MaskHandle&) = delete;

    ssam_mask* mask = nullptr;
    ssam_mask_info info{};
};

}  // namespace test
