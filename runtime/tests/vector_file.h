// The shared vectors (tests/vectors/README.md): reading their JSON and their hex digits.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bundle/json.h"

namespace test {

using ssam::json::Value;

// Calls `check` for every case of a file, e.g. "geometry"; fails for a file that is missing or of
// another format. A case's name is shown when a check in it failed.
void each_case(const char* file, const std::function<void(const Value&)>& check);

// A member that must be there.
const Value& at(const Value& object, const char* key);

std::string text_at(const Value& object, const char* key);
double number_at(const Value& object, const char* key);
int whole_at(const Value& object, const char* key);
std::vector<uint8_t> bytes_at(const Value& object, const char* key);
std::vector<float> floats_at(const Value& object, const char* key);

// Rows of '#' and '.'.
struct Bitmap {
    int width = 0;
    int height = 0;
    std::vector<uint8_t> bytes;  // 1 inside
};
Bitmap bitmap_of(const Value& rows);

// "3, 4, 0.5": lists of numbers are compared as text, so that a failure shows them.
std::string listed(const std::vector<double>& values);
std::vector<double> numbers(const Value& array);

std::string sha256_of(const std::vector<uint8_t>& bytes);

}  // namespace test
