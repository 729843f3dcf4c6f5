// Manifests of the schema 1, which knew two programs by name, as those of schema 2.
#pragma once

#include "bundle/json.h"
#include "bundle/manifest_field.h"

namespace ssam {

// "segmenter" becomes the program "segment", "saliency" the program "heat"; what is not about
// programs stays. Throws Failure (SSAM_ERROR_BUNDLE), in the words of schema 1.
json::Value to_schema_2(const Field& document);

}  // namespace ssam
