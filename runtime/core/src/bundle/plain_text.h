// Manifests hold text that people read on terminals and in apps: no character in it may be obeyed,
// and none of it may fill the screen.
#pragma once

#include <cstddef>
#include <string>

#include "bundle/json.h"

namespace ssam {

// Of a key, which may be a path, and of a text that the runtime does not know a smaller limit for.
constexpr size_t kMaxKeyBytes = 1024;
constexpr size_t kMaxTextBytes = 16384;

// Throws Failure (SSAM_ERROR_BUNDLE) naming the first key or text that is too long or has a control
// character.
void refuse_unreadable_text(const json::Value& document);

}  // namespace ssam
