// Any text as COCO run lengths.
#include <cstring>
#include <string>

#include "fuzz_input.h"
#include "squeezesam/ssam.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    fuzz::Input input(data, size);
    const int width = 1 + input.below(64);
    const int height = 1 + input.below(64);
    const size_t rest = size < 4 ? 0 : size - 4;
    const std::vector<uint8_t> bytes = input.bytes(rest);
    const std::string text(bytes.begin(), bytes.end());
    size_t count = 0;
    const ssam_status asked = ssam_rle_from_string(text.data(), text.size(), nullptr, 0, &count);
    if (asked != SSAM_OK) {
        fuzz::must(asked == SSAM_ERROR_INVALID_ARGUMENT && std::strlen(ssam_last_error()) > 0,
                   "a bad string is refused with a sentence");
        return 0;
    }
    std::vector<uint32_t> counts(count);
    fuzz::must(
        ssam_rle_from_string(text.data(), text.size(), counts.data(), count, &count) == SSAM_OK,
        "what could be counted can be read");
    // There and back: the canonical string gives the same lengths.
    size_t length = 0;
    fuzz::must(ssam_rle_to_string(counts.data(), count, nullptr, 0, &length) == SSAM_OK, "length");
    std::string back(length + 1, '?');
    fuzz::must(
        ssam_rle_to_string(counts.data(), count, back.data(), back.size(), &length) == SSAM_OK,
        "run lengths can be written");
    std::vector<uint32_t> again(count);
    size_t again_count = 0;
    fuzz::must(
        ssam_rle_from_string(back.data(), length, again.data(), count, &again_count) == SSAM_OK &&
            again_count == count && again == counts,
        "there and back is the same");
    std::vector<uint8_t> out(static_cast<size_t>(width * height));
    if (ssam_rle_decode(counts.data(), count, width, height, 7, out.data()) == SSAM_OK) {
        size_t sum = 0;
        for (const uint32_t run : counts) {
            sum += run;
        }
        fuzz::must(sum == out.size(), "what is drawn fills the bitmap");
    }
    return 0;
}
