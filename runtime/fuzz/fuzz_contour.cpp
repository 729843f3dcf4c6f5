// Any bitmap: its outlines filled by the even-odd rule give it back, and its run lengths too.
#include <cmath>

#include "fuzz_input.h"
#include "squeezesam/ssam.h"

namespace {

// Flips everything right of each vertical edge of the rings: the even-odd rule for whole corners.
void fill(const ssam_contour* contour, int width, std::vector<uint8_t>& out) {
    for (size_t i = 0; i < ssam_contour_ring_count(contour); ++i) {
        ssam_ring ring;
        fuzz::must(ssam_contour_get_ring(contour, i, &ring) == SSAM_OK, "a ring can be read");
        fuzz::must(ring.count >= 3 && ring.parent < static_cast<int32_t>(i), "a ring is one");
        for (size_t k = 0; k < ring.count; ++k) {
            const float* a = ring.points + 2 * k;
            const float* b = ring.points + 2 * ((k + 1) % ring.count);
            if (a[0] != b[0]) {
                continue;
            }
            const int top = static_cast<int>(std::fmin(a[1], b[1]));
            const int bottom = static_cast<int>(std::fmax(a[1], b[1]));
            for (int y = top; y < bottom; ++y) {
                for (int x = static_cast<int>(a[0]); x < width; ++x) {
                    out[static_cast<size_t>(y * width + x)] ^= 1;
                }
            }
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    fuzz::Input input(data, size);
    const int width = 1 + input.below(40);
    const int height = 1 + input.below(40);
    const double epsilon = input.take<float>();
    const size_t pixels = static_cast<size_t>(width * height);
    std::vector<uint8_t> bitmap = input.bytes(pixels);
    for (uint8_t& pixel : bitmap) {
        pixel &= 1;
    }
    ssam_contour* contour = nullptr;
    fuzz::must(ssam_bitmap_contour(bitmap.data(), width, height, 0, 0, &contour) == SSAM_OK,
               "every bitmap has outlines");
    std::vector<uint8_t> filled(pixels);
    fill(contour, width, filled);
    fuzz::must(filled == bitmap, "filling the outlines gives the bitmap back");
    ssam_contour_free(contour);
    contour = nullptr;
    const ssam_status simplified =
        ssam_bitmap_contour(bitmap.data(), width, height, 0, epsilon, &contour);
    fuzz::must((simplified == SSAM_OK) == (epsilon >= 0 && std::isfinite(epsilon)),
               "any distance from 0 on simplifies");
    ssam_contour_free(contour);
    size_t count = 0;
    fuzz::must(
        ssam_bitmap_rle_counts(bitmap.data(), width, height, 0, nullptr, 0, &count) == SSAM_OK,
        "run lengths can be counted");
    std::vector<uint32_t> counts(count);
    ssam_bitmap_rle_counts(bitmap.data(), width, height, 0, counts.data(), count, &count);
    fuzz::must(ssam_rle_decode(counts.data(), count, width, height, 1, filled.data()) == SSAM_OK &&
                   filled == bitmap,
               "run lengths give the bitmap back");
    fuzz::must(ssam_bitmap_keep_largest(bitmap.data(), width, height, 0, filled.data()) == SSAM_OK,
               "the largest piece");
    fuzz::must(
        ssam_bitmap_fill_holes(bitmap.data(), width, height, 0, -1, filled.data()) == SSAM_OK,
        "holes are filled");
    for (size_t i = 0; i < pixels; ++i) {
        fuzz::must(filled[i] >= bitmap[i], "filling takes nothing away");
    }
    return 0;
}
