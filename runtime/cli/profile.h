// What an ICC profile says of its tables, before LittleCMS takes memory for them.
#ifndef SSAM_CLI_PROFILE_H
#define SSAM_CLI_PROFILE_H

#include <cstdint>
#include <vector>

namespace cli {

// Whether every colour table is as large as its grid says, and none is of elements: LittleCMS makes
// room for the grid (up to half a gigabyte for 200 bytes) before it looks for its values. What is
// no profile has no such table.
bool tables_fit(const std::vector<uint8_t>& profile);

}  // namespace cli

#endif
