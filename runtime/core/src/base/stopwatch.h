// Wall time of a stage.
#pragma once

#include <chrono>

namespace ssam {

class Stopwatch {
 public:
    double milliseconds() const {
        const auto passed = std::chrono::steady_clock::now() - start_;
        return std::chrono::duration<double, std::milli>(passed).count();
    }

 private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace ssam
