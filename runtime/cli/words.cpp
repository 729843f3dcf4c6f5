#include "words.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace cli {
namespace {

// A finite decimal number and nothing else.
bool read_number(const std::string& text, double& value) {
    if (text.empty() || text.find_first_not_of("0123456789+-.eE") != std::string::npos) {
        return false;
    }
    char* end = nullptr;
    value = std::strtod(text.c_str(), &end);
    return *end == '\0' && std::isfinite(value);
}

// A word that may be an option's value: -3,4 are coordinates, -1 is a number, --box is an option.
bool is_value(const std::string& word) {
    return word.size() < 2 || word[0] != '-' || word.find_first_of(".0123456789") == 1;
}

}  // namespace

void refuse(const std::string& option, const std::string& why) {
    throw UsageError("argument " + option + ": " + why);
}

std::vector<double> read_numbers(const std::string& option, const std::string& text, size_t count,
                                 const char* form) {
    std::vector<double> values;
    size_t begin = 0;
    while (begin <= text.size()) {
        const size_t end = std::min(text.find(',', begin), text.size());
        double value = 0;
        if (!read_number(text.substr(begin, end - begin), value)) {
            values.clear();
            break;
        }
        values.push_back(value);
        begin = end + 1;
    }
    if (values.size() != count) {
        refuse(option, "'" + text + "' is not of the form " + form);
    }
    return values;
}

bool is_decimal(const std::string& text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

int32_t read_count(const std::string& option, const std::string& text, int32_t least,
                   int32_t most) {
    const long long value = is_decimal(text) && text.size() < 19 ? std::atoll(text.c_str()) : -1;
    if (value < least || value > most) {
        const bool large = is_decimal(text) && value != 0;
        refuse(option, "'" + text + "' is not a whole number from " + std::to_string(least) + " " +
                           (large ? "to " + std::to_string(most) : "up"));
    }
    return static_cast<int32_t>(value);
}

double read_share(const std::string& option, const std::string& text) {
    const double value = read_numbers(option, text, 1, "SHARE")[0];
    if (!(value >= 0 && value <= 1)) {
        refuse(option, "'" + text + "' is not between 0 and 1");
    }
    return value;
}

std::vector<std::string> parse_words(const std::vector<std::string>& words,
                                     const Grammar& grammar) {
    std::vector<std::string> others;
    for (size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word.size() < 2 || word[0] != '-') {
            others.push_back(word);
            continue;
        }
        if (grammar.take_flag(word)) {
            continue;
        }
        const size_t equals = word.find('=');
        const std::string option = word.substr(0, equals);
        if (!grammar.takes_value(option)) {
            throw UsageError("unrecognized arguments: " + word);
        }
        if (equals == std::string::npos && (i + 1 == words.size() || !is_value(words[i + 1]))) {
            refuse(option, "expected one argument");
        }
        grammar.take_value(option,
                           equals == std::string::npos ? words[++i] : word.substr(equals + 1));
    }
    return others;
}

}  // namespace cli
