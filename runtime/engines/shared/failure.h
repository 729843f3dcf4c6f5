// What leaves an engine as a status and one sentence.
#pragma once

#include <exception>
#include <string>
#include <utility>

#include "squeezesam/ssam.h"

namespace ssam_engines {

class Failure : public std::exception {
 public:
    Failure(ssam_status status, std::string sentence)
        : status_(status), sentence_(std::move(sentence)) {}
    ssam_status status() const noexcept { return status_; }
    const char* what() const noexcept override { return sentence_.c_str(); }

 private:
    ssam_status status_;
    std::string sentence_;
};

}  // namespace ssam_engines
