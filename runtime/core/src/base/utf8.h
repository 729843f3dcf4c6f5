// UTF-8 (RFC 3629).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace ssam {

// No overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// Whether well-formed UTF-8 holds what a terminal obeys or hides: control characters (Cc), and the
// marks that reorder, join or break lines unseen (bidirectional ones, U+200B, U+2028, tags).
bool has_control(std::string_view text);

// `code` must be a Unicode scalar value.
void append_utf8(std::string& out, uint32_t code);

}  // namespace ssam
