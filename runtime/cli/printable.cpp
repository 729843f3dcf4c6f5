#include "printable.h"

#include <cstdint>
#include <cstdio>

namespace cli {
namespace {

// The character at `at` and its length in bytes; length 0 for what is no UTF-8.
struct Character {
    uint32_t code = 0;
    size_t length = 0;
};

Character character(const std::string& text, size_t at) {
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(at);
    const size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (length == 0 || lead > 0xF4 || at + length > text.size()) {
        return {};
    }
    constexpr uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    uint32_t code = length == 1 ? lead : lead & (0x7FU >> length);
    for (size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xC0) != 0x80) {
            return {};
        }
        code = code << 6 | (byte(at + i) & 0x3FU);
    }
    const bool surrogate = code >= 0xD800 && code < 0xE000;
    return code < kLeast[length] || code > 0x10FFFF || surrogate ? Character{}
                                                                 : Character{code, length};
}

// Control characters, and those of the categories Cf, Zl, Zp and Co that a terminal may obey.
bool is_escaped(uint32_t code) {
    constexpr uint32_t kRanges[][2] = {
        {0, 0x1F},        {0x7F, 0x9F},     {0xAD, 0xAD},       {0x600, 0x605},
        {0x61C, 0x61C},   {0x6DD, 0x6DD},   {0x70F, 0x70F},     {0x180E, 0x180E},
        {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},   {0xE000, 0xF8FF},
        {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE0FFF}, {0xF0000, 0x10FFFF}};
    for (const auto& range : kRanges) {
        if (code >= range[0] && code <= range[1]) {
            return true;
        }
    }
    return false;
}

std::string escape(uint32_t code) {
    char text[12];
    switch (code) {
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            break;
    }
    const char* const form = code < 0x100 ? "\\x%02x" : code < 0x10000 ? "\\u%04x" : "\\U%08x";
    // NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): one of the three above
    std::snprintf(text, sizeof text, form, static_cast<unsigned>(code));
    return text;
}

}  // namespace

size_t character_length(const std::string& text, size_t at) { return character(text, at).length; }

std::string printable(const std::string& text) {
    std::string out;
    for (size_t at = 0; at < text.size();) {
        const Character found = character(text, at);
        if (found.length == 0) {
            out += escape(static_cast<unsigned char>(text[at]));
            ++at;
            continue;
        }
        out += is_escaped(found.code) ? escape(found.code) : text.substr(at, found.length);
        at += found.length;
    }
    return out;
}

}  // namespace cli
