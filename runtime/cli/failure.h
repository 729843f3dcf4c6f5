// What the command says when something fails: one sentence, exit code 1.
#pragma once

#include <stdexcept>
#include <string>

namespace cli {

class Failure : public std::runtime_error {
 public:
    explicit Failure(const std::string& sentence) : std::runtime_error(sentence) {}
};

}  // namespace cli
