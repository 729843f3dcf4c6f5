// What the command says when something fails: one sentence, exit code 1.
#pragma once

#include <stdexcept>
#include <string>

#include "squeezesam/ssam.h"

namespace cli {

class Failure : public std::runtime_error {
 public:
    explicit Failure(const std::string& sentence) : std::runtime_error(sentence) {}
};

// Throws Failure with the core's sentence; "about: sentence" where `about` is not empty.
inline void must(ssam_status status, const std::string& about = "") {
    if (status != SSAM_OK) {
        throw Failure((about.empty() ? "" : about + ": ") + ssam_last_error());
    }
}

}  // namespace cli
