// Typed access to a JSON document, with sentences that name the place of what is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bundle/json.h"

namespace ssam {

// Of texts that people are shown: names, kinds, licence. Paths may be longer.
constexpr size_t kMaxShownBytes = 256;
constexpr size_t kMaxPathBytes = 1024;

// A value and how to call it: "programs.segment.inputs[0].shape". The document must outlive it.
// Every access that does not find what it wants throws Failure (SSAM_ERROR_BUNDLE).
class Field {
 public:
    explicit Field(const json::Value& document) : value_(&document) {}

    Field at(const char* key) const;                             // required member
    std::optional<Field> maybe(const char* key) const;           // absent or null: nothing
    std::vector<Field> items() const;                            // of an array
    std::vector<std::pair<std::string, Field>> members() const;  // of an object, in its order

    bool is_text() const { return value_->kind == json::Value::Kind::kString; }
    const json::Value& value() const { return *value_; }

    std::string text(size_t most = kMaxShownBytes) const;  // at most so many bytes
    bool flag() const;
    int64_t whole(int64_t least, int64_t most) const;
    double real(double least, double most) const;

    [[noreturn]] void refuse(const std::string& why) const;

 private:
    Field(const json::Value& value, std::string path) : value_(&value), path_(std::move(path)) {}

    void want(json::Value::Kind kind) const;

    const json::Value* value_;
    std::string path_;
};

}  // namespace ssam
