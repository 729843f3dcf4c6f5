// The orientation tag of an encoded photo.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ssam {

// 1...8; 1 when there is none or the bytes make no sense. Reads nothing outside `size` bytes.
int exif_orientation(const uint8_t* bytes, size_t size) noexcept;

}  // namespace ssam
