// The JSON reader and its limits.
#include <cmath>
#include <string>

#include "base/failure.h"
#include "bundle/json.h"
#include "runner.h"

namespace {

// What parse() says about a text; "" when it takes it.
std::string complaint(const std::string& text) {
    try {
        ssam::json::parse(text);
        return "";
    } catch (const ssam::Failure& failure) {
        CHECK_EQ(failure.status(), SSAM_ERROR_BUNDLE);
        return failure.what();
    }
}

#define REFUSED(text, words) CHECK(complaint(text).find(words) != std::string::npos)

}  // namespace

TEST("JSON values are read as they are written") {
    const ssam::json::Value value = ssam::json::parse(
        " {\"a\": [1, -2.5e2, true, false, null], \"b\": \"x\\n\\u00e9\\ud83d\\ude00\", \"c\": "
        "{}}");
    const auto& a = value.find("a")->array;
    CHECK_EQ(a[0].whole, int64_t{1});
    CHECK(a[0].is_whole && !a[1].is_whole);
    CHECK_EQ(a[1].number, -250.0);
    CHECK(a[2].boolean && !a[3].boolean);
    CHECK(a[4].kind == ssam::json::Value::Kind::kNull);
    CHECK_EQ(value.find("b")->string, std::string("x\n\xC3\xA9\xF0\x9F\x98\x80"));
    CHECK(value.find("c")->object.empty());
    CHECK(value.find("d") == nullptr);
    CHECK_EQ(ssam::json::parse("999999999999999999").whole, int64_t{999999999999999999});
    CHECK_EQ(ssam::json::parse("12345678901234567890").number, 12345678901234567890.0);
}

TEST("JSON that is not strict is refused with line and column") {
    REFUSED("", "line 1, column 1: the text ends too early");
    REFUSED("{\"a\": 1,\n \"b\" 2}", "line 2, column 6: expected ':'");
    REFUSED("{\"a\": 1,}", "expected a key in quotes");
    REFUSED("[1, 2,]", "expected a value");
    REFUSED("[1 2]", "expected ']'");
    REFUSED("{\"a\": 1, \"a\": 2}", "\"a\" stands twice");
    for (const std::string& key : {std::string("\\u202e"), std::string(65, 'k')}) {
        const std::string twice = "{\"" + key + "\": 1, \"" + key + "\": 2}";
        REFUSED(twice, "column");
        REFUSED(twice, ": a key stands twice");
    }
    REFUSED("{} x", "after the end");
    REFUSED("// no\n{}", "expected a value");
    REFUSED("'a'", "expected a value");
    REFUSED("nul", "expected a value");
    REFUSED("[01]", "leading zero");
    REFUSED("[1.]", "after the point");
    REFUSED("[1e]", "exponent");
    REFUSED("[-]", "expected a value");
    REFUSED("[+1]", "expected a value");
    REFUSED("[1e999]", "too large");
    REFUSED("[NaN]", "expected a value");
}

TEST("JSON strings are checked to the last byte") {
    REFUSED("\"abc", "closing quote");
    REFUSED("\"a\tb\"", "control character");
    REFUSED("\"\\x\"", "unknown escape");
    REFUSED("\"\\", "unknown escape");
    REFUSED("\"\\u12\"", "four hex digits");
    REFUSED("\"\\u0000\"", "NUL");
    REFUSED("\"\\ud800\"", "surrogate");
    REFUSED("\"\\ud800\\u0041\"", "surrogate");
    REFUSED("\"\\udc00\"", "surrogate");
    REFUSED(std::string("\"\xC0\x80\""), "not UTF-8");
    REFUSED(std::string("\"\xED\xA0\x80\""), "not UTF-8");
    REFUSED(std::string("\"\xF4\x90\x80\x80\""), "not UTF-8");
    REFUSED(std::string("\"\xE2\x82\""), "not UTF-8");
    REFUSED(std::string("\0{}", 3), "expected a value");
}

TEST("JSON nested beyond the limit is refused before the stack is in danger") {
    const int deep = ssam::json::kMaxDepth;
    const auto nested = [](int levels) {
        return std::string(static_cast<size_t>(levels), '[') +
               std::string(static_cast<size_t>(levels), ']');
    };
    CHECK_EQ(complaint(nested(deep + 1)), std::string());
    REFUSED(nested(deep + 2), "nested deeper than 32");
    REFUSED(std::string(1 << 20, '['), "nested deeper");
}

TEST("JSON of more values than any manifest has is refused before they fill the memory") {
    const auto list = [](int count) {
        std::string text = "[0";
        for (int i = 1; i < count; ++i) {
            text += ",0";
        }
        return text + "]";
    };
    CHECK_EQ(complaint(list(ssam::json::kMaxValues - 1)), std::string());
    REFUSED(list(ssam::json::kMaxValues), "more than 131072 values");
}
