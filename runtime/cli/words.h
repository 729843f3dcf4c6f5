// Words of a command line: options and their values, with the sentences of the Python command.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace cli {

// A senseless command line: one sentence, exit code 2.
class UsageError : public std::runtime_error {
 public:
    explicit UsageError(const std::string& sentence) : std::runtime_error(sentence) {}
};

[[noreturn]] void refuse(const std::string& option, const std::string& why);

// As many finite numbers with commas between them; `form` is what the complaint shows.
std::vector<double> read_numbers(const std::string& option, const std::string& text, size_t count,
                                 const char* form);

bool is_decimal(const std::string& text);

int32_t read_count(const std::string& option, const std::string& text, int32_t least,
                   int32_t most = std::numeric_limits<int32_t>::max());

double read_share(const std::string& option, const std::string& text);  // 0...1

// What a command understands.
struct Grammar {
    std::function<bool(const std::string& word)> take_flag;  // false: it is none
    std::function<bool(const std::string& option)> takes_value;
    std::function<void(const std::string& option, const std::string& value)> take_value;
};

// Hands options to the grammar; returns the other words. Throws UsageError.
std::vector<std::string> parse_words(const std::vector<std::string>& words, const Grammar& grammar);

}  // namespace cli
