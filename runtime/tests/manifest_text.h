// Manifests for tests: a sound one, and ways to spoil it.
#pragma once

#include <string>

namespace test {

struct ManifestOptions {
    int side = 64;      // of the segmenter's square input
    int height = 0;     // 0: square
    int saliency = 32;  // of the saliency network's square input; 0: no saliency program
    int max_points = 8;
    bool negative_points = true;
    bool box = true;
};

std::string manifest_text(const ManifestOptions& options = {});

// `text` with the one occurrence of `from` replaced; a `from` that is not there exactly once is an
// error in the test.
std::string replaced(std::string text, const std::string& from, const std::string& to);

}  // namespace test
