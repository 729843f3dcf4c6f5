// A small strict JSON reader (RFC 8259) for manifests: no comments, no trailing commas, no
// duplicate keys, well-formed UTF-8, limited depth and number of values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ssam::json {

constexpr int kMaxDepth = 32;
constexpr int kMaxValues = 1 << 17;  // each takes many times the memory of its text

struct Value {
    enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };

    Kind kind = Kind::kNull;
    bool boolean = false;
    double number = 0;      // any number
    bool is_whole = false;  // written without fraction and exponent, and it fits
    int64_t whole = 0;
    std::string string;
    std::vector<Value> array;
    std::vector<std::pair<std::string, Value>> object;

    // The member of an object; nullptr where there is none.
    const Value* find(std::string_view key) const;
};

// "a string", "an array", ...: for messages.
const char* describe(Value::Kind kind);

// Throws Failure (SSAM_ERROR_BUNDLE) naming line and column.
Value parse(std::string_view text);

}  // namespace ssam::json
