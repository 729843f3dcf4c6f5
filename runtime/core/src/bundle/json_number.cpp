#include "bundle/json_number.h"

#include <cmath>
#include <locale>
#include <sstream>
#include <string>

namespace ssam::json {
namespace {

constexpr size_t kWholeDigits = 18;  // as many as always fit an int64

bool take(std::string_view text, size_t& at, char wanted) {
    const bool found = at < text.size() && text[at] == wanted;
    at += found ? 1 : 0;
    return found;
}

size_t take_digits(std::string_view text, size_t& at) {
    const size_t begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
        ++at;
    }
    return at - begin;
}

// A fraction and an exponent, if they are there.
const char* skip_rest(std::string_view text, size_t& at, Value& value) {
    if (take(text, at, '.')) {
        value.is_whole = false;
        if (take_digits(text, at) == 0) {
            return "a number without digits after the point";
        }
    }
    if (take(text, at, 'e') || take(text, at, 'E')) {
        value.is_whole = false;
        if (!take(text, at, '+')) {
            take(text, at, '-');
        }
        if (take_digits(text, at) == 0) {
            return "a number without digits in its exponent";
        }
    }
    return nullptr;
}

int64_t whole_of(std::string_view digits, bool negative) {
    int64_t whole = 0;
    for (const char digit : digits) {
        whole = whole * 10 + (digit - '0');
    }
    return negative ? -whole : whole;
}

}  // namespace

const char* read_number(std::string_view text, size_t& at, Value& value) {
    const size_t begin = at;
    const bool negative = take(text, at, '-');
    const size_t first = at;
    const size_t digits = take_digits(text, at);
    if (digits == 0) {
        return at < text.size() ? "expected a value" : "the text ends too early";
    }
    if (digits > 1 && text[first] == '0') {
        return "a number with a leading zero";
    }
    value.kind = Value::Kind::kNumber;
    value.is_whole = digits <= kWholeDigits;
    if (const char* const fault = skip_rest(text, at, value)) {
        return fault;
    }
    if (value.is_whole) {
        value.whole = whole_of(text.substr(first, digits), negative);
        value.number = static_cast<double>(value.whole);
        return nullptr;
    }
    // strtod would read the decimal point of the user's locale.
    std::istringstream stream{std::string(text.substr(begin, at - begin))};
    stream.imbue(std::locale::classic());
    stream.exceptions(std::ios::badbit);  // pass on what it would swallow: no memory
    stream >> value.number;
    if (!std::isfinite(value.number) || stream.fail()) {
        return "a number too large to be read";
    }
    return nullptr;
}

}  // namespace ssam::json
