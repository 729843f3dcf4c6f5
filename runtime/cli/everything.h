// `ssam everything`: the masks of all objects of a photo, as COCO run-length encoding.
#pragma once

#include <string>
#include <vector>

namespace cli {

// The words after `everything`. Throws UsageError and Failure.
void find_everything(const std::vector<std::string>& words);

}  // namespace cli
