#include "vector_file.h"

#include <cstring>
#include <fstream>
#include <iterator>

#include "runner.h"
#include "squeezesam/ssam.h"

namespace test {
namespace {

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

}  // namespace

void each_case(const char* file, const std::function<void(const Value&)>& check) {
    const std::string text = read_file(std::string(SSAM_VECTORS) + "/" + file + ".json");
    REQUIRE(!text.empty());
    const Value document = ssam::json::parse(text);
    REQUIRE(whole_at(document, "format") == 1);
    CHECK_EQ(text_at(document, "kind"), std::string(file));
    const std::vector<Value>& cases = at(document, "cases").array;
    CHECK(!cases.empty());
    for (size_t i = 0; i < cases.size(); ++i) {
        const int before = failure_count();
        check(cases[i]);
        if (failure_count() != before) {
            const Value* name = cases[i].find("name");
            failed(file, static_cast<int>(i), name != nullptr ? name->string : "this case");
        }
    }
}

const Value& at(const Value& object, const char* key) {
    const Value* member = object.find(key);
    if (member == nullptr) {
        failed("a vector lacks", 0, key);
        throw Stop();
    }
    return *member;
}

std::string text_at(const Value& object, const char* key) { return at(object, key).string; }

double number_at(const Value& object, const char* key) { return at(object, key).number; }

int whole_at(const Value& object, const char* key) {
    return static_cast<int>(at(object, key).whole);
}

std::vector<uint8_t> bytes_at(const Value& object, const char* key) {
    const std::string& digits = at(object, key).string;
    std::vector<uint8_t> bytes;
    for (size_t i = 0; i + 1 < digits.size(); i += 2) {
        bytes.push_back(static_cast<uint8_t>(digit(digits[i]) * 16 + digit(digits[i + 1])));
    }
    return bytes;
}

std::vector<float> floats_at(const Value& object, const char* key) {
    const std::vector<uint8_t> bytes = bytes_at(object, key);
    std::vector<float> floats(bytes.size() / 4);
    for (size_t i = 0; i < floats.size(); ++i) {
        uint32_t bits = 0;
        for (size_t byte = 4; byte > 0; --byte) {
            bits = bits << 8 | bytes[4 * i + byte - 1];
        }
        std::memcpy(&floats[i], &bits, sizeof bits);
    }
    return floats;
}

Bitmap bitmap_of(const Value& rows) {
    Bitmap map;
    map.height = static_cast<int>(rows.array.size());
    map.width = static_cast<int>(rows.array.at(0).string.size());
    for (const Value& row : rows.array) {
        for (const char letter : row.string) {
            map.bytes.push_back(letter == '#' ? 1 : 0);
        }
    }
    return map;
}

std::string listed(const std::vector<double>& values) {
    std::string all;
    for (const double value : values) {
        all += (all.empty() ? "" : ", ") + text(value);
    }
    return all;
}

std::vector<double> numbers(const Value& array) {
    std::vector<double> values;
    for (const Value& item : array.array) {
        values.push_back(item.number);
    }
    return values;
}

std::string sha256_of(const std::vector<uint8_t>& bytes) {
    char hex[65];
    MUST(ssam_sha256(bytes.data(), bytes.size(), hex));
    return hex;
}

}  // namespace test
