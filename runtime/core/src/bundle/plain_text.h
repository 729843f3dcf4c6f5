// Manifests hold text that people read on terminals and in apps: no character in it may be obeyed.
#pragma once

#include <string>

#include "bundle/json.h"

namespace ssam {

// Throws Failure (SSAM_ERROR_BUNDLE) naming the first key or string with a control character.
void refuse_control_characters(const json::Value& document);

}  // namespace ssam
