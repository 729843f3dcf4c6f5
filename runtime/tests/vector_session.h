// Sessions as the shared vectors hold them: their calls, options and masks.
#pragma once

#include <string>
#include <vector>

#include "squeezesam/ssam.h"
#include "vector_file.h"

namespace test {

// A session of the case's manifest with an engine; free it.
ssam_session* make_session(const Value& one, const ssam_engine& engine);

// The photo of the case, in the bytes of its rows.
ssam_image photo_of(const Value& one, const std::vector<uint8_t>& photo);

// Opens it.
void set_photo(ssam_session* session, const Value& one, const std::vector<uint8_t>& photo);

// Makes the calls and compares what they report.
void make_calls(ssam_session* session, const Value& calls);

ssam_predict_options options_of(const Value& given);

// `wanted`: [kind, x0, y0, x1, y1] from the entry `first` on.
void check_prompt(const ssam_prompt& found, const Value& wanted, size_t first, double tolerance);

// A mask against what a step expects.
void check_mask(const ssam_mask* mask, const Value& step);

}  // namespace test
