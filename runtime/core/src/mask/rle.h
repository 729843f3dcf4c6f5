// COCO run-length encoding: column-major runs, beginning with background. Format: the `counts` of
// the COCO annotations (cocodataset/cocoapi, mask API), here written anew.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mask/runs.h"

namespace ssam {

std::vector<uint32_t> rle_counts(const RunMask& mask);

std::string rle_to_string(const uint32_t* counts, size_t count);

// Throws SSAM_ERROR_INVALID_ARGUMENT for a string that no run lengths could have given.
std::vector<uint32_t> rle_from_string(std::string_view string);

// Throws SSAM_ERROR_INVALID_ARGUMENT unless the counts add up to width * height.
void rle_decode(const uint32_t* counts, size_t count, int width, int height, uint8_t value,
                uint8_t* out);

}  // namespace ssam
