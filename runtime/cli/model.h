// The handles of ssam.h with an owner, and their failures as exceptions.
#pragma once

#include <memory>
#include <string>

#include "arguments.h"
#include "failure.h"
#include "photo.h"
#include "squeezesam/ssam.h"

namespace cli {

struct Free {
    void operator()(ssam_bundle* handle) const { ssam_bundle_free(handle); }
    void operator()(ssam_segmenter* handle) const { ssam_segmenter_free(handle); }
    void operator()(ssam_session* handle) const { ssam_session_free(handle); }
    void operator()(ssam_mask* handle) const { ssam_mask_free(handle); }
};
using Bundle = std::unique_ptr<ssam_bundle, Free>;
using Segmenter = std::unique_ptr<ssam_segmenter, Free>;
using Session = std::unique_ptr<ssam_session, Free>;
using Mask = std::unique_ptr<ssam_mask, Free>;

struct Model {
    Bundle bundle;
    Segmenter segmenter;
    std::string engine;  // its name, as in the Python package
    std::string engine_version;
};

// The bundle in `folder` with the engine for its target; `threads` 0: the engine's choice.
Model load_model(const std::string& folder, int32_t threads);

// A session that has taken the photo.
Session open_photo(const Model& model, const Photo& photo, const std::string& name);

// Gives the person's prompts, and predicts.
void give_prompts(ssam_session* session, const Arguments& arguments);
Mask predict(ssam_session* session, const Photo& photo, const Arguments& arguments);

}  // namespace cli
