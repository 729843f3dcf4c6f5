// Strangers' text (file names, manifests, error messages) on a terminal.
#pragma once

#include <cstddef>
#include <string>

namespace cli {

// `text` on one line, unable to move the cursor, colour, reorder or forge another line: control
// characters, the invisible ones of Unicode that reorder or break lines, and bytes that are no
// UTF-8 become escapes as Python writes them: \x1b, \n, \u202e.
std::string printable(const std::string& text);

// How many bytes the character at `at` has; 0 where the text is no UTF-8 there.
size_t character_length(const std::string& text, size_t at);

}  // namespace cli
