// Manifests for tests: a sound one, and ways to spoil it.
#pragma once

#include <string>
#include <vector>

namespace test {

struct ManifestOptions {
    int side = 64;   // of the square input of "segment"
    int height = 0;  // 0: square
    int heat = 32;   // of the square input of "heat"; 0: no such program
    int max_points = 8;
    bool negative_points = true;
    bool box = true;
};

// Programs "heat" (once a photo) and "segment" (image, planes, points, labels).
std::string manifest_text(const ManifestOptions& options = {});

// The same of schema 1.
std::string manifest_1_text(const ManifestOptions& options = {});

// A manifest with programs of one's own. `capabilities`: members after "negative_points" and "box",
// which are true.
std::string manifest_of(const std::vector<std::string>& programs,
                        const std::string& capabilities = "\"automatic\": false",
                        int max_points = 8);

// "name": {...} for manifest_of(); the file is NAME.onnx and empty.
std::string program_text(const std::string& name, const std::string& runs,
                         const std::vector<std::string>& inputs,
                         const std::vector<std::string>& outputs);

// `shape`: "1, 3, 64, 64". `source`: the members of it. `role`: "" for none.
std::string input_text(const std::string& name, const std::string& shape,
                       const std::string& source);
std::string output_text(const std::string& name, const std::string& shape, const std::string& role);

// The members of a source.
std::string photo_source();
std::string kind_source(const std::string& kind);
std::string program_source(const std::string& program, const std::string& output);

// A manifest_text() whose masks are given a share of the heat map and whose scores are made of
// every trait.
std::string fitted_text(const ManifestOptions& options = {});

// `text` with the one occurrence of `from` replaced; a `from` that is not there exactly once is an
// error in the test.
std::string replaced(std::string text, const std::string& from, const std::string& to);

}  // namespace test
