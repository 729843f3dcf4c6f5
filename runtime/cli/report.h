// What is printed about a prediction: a line for a person, or JSON.
#pragma once

#include <string>

#include "arguments.h"
#include "model.h"
#include "squeezesam/ssam.h"

namespace cli {

std::string quoted(const std::string& text);  // as JSON
std::string rounded(double value, int digits);

std::string account(const Arguments& arguments, const ssam_mask_info& info,
                    const std::string& output);

// One JSON object; the members of the Python package's `json` format.
std::string json_account(const Arguments& arguments, const Model& model, const ssam_mask* mask,
                         double decode_ms, const std::string& output);

}  // namespace cli
