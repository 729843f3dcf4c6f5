// One program of a manifest: its files and its tensors.
#pragma once

#include <cstdint>
#include <vector>

#include "bundle/manifest.h"
#include "bundle/manifest_field.h"

namespace ssam {

// Stands in an expected shape for any size from 1 up.
constexpr int64_t kAnySize = -1;

ProgramSpec read_program(const Field& field);

// Refuses `found` unless it holds exactly the tensors `wanted`, in any order.
void want_tensors(const Field& program, const char* list, const std::vector<TensorSpec>& found,
                  const std::vector<TensorSpec>& wanted);

// The tensor of that name; it must be there.
const TensorSpec& find_tensor(const std::vector<TensorSpec>& tensors, const char* name);

}  // namespace ssam
