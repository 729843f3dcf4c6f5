// A bundle on disk: its manifest, and proof that its files are what the manifest says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bundle/manifest.h"

namespace ssam {

struct Bundle {
    std::string folder;  // "" when made from text alone
    std::string text;    // of manifest.json
    bool hashes_checked = false;
    Manifest manifest;
    // What the C interface lends out.
    struct Lent {
        std::string path;
        int64_t file_size = 0;
        std::vector<ssam_tensor_info> inputs;
        std::vector<ssam_tensor_info> outputs;
    };
    std::vector<Lent> lent;  // by program
};

// Throws Failure: SSAM_ERROR_BUNDLE, _BUNDLE_DAMAGED, _BUNDLE_VERSION. Neither copyable nor
// movable once made, because `lent` points into `manifest`: hence filled in place.
void open_bundle(const std::string& folder, bool check_hashes, Bundle& bundle);
void parse_bundle(std::string text, Bundle& bundle);

// Is the folder still what was opened? Throws SSAM_ERROR_BUNDLE_DAMAGED, or SSAM_ERROR_STATE for a
// bundle without a folder.
void recheck_bundle(const Bundle& bundle, bool check_hashes);

}  // namespace ssam
