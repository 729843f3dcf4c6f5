#include "bundle/json.h"

#include <set>

#include "base/failure.h"
#include "base/utf8.h"
#include "bundle/json_number.h"

namespace ssam::json {
namespace {

// The parser quotes a stranger's key before anybody has looked at it.
bool is_shown(const std::string& key) { return key.size() <= 64 && !has_control(key); }

class Parser {
 public:
    explicit Parser(std::string_view text) : text_(text) {}

    Value parse_document() {
        skip_space();
        Value value = parse_value(0);
        skip_space();
        if (at_ < text_.size()) {
            refuse("there is text after the end of the document");
        }
        return value;
    }

 private:
    [[noreturn]] void refuse(const std::string& why) const {
        size_t line = 1;
        size_t column = 1;
        for (size_t i = 0; i < at_ && i < text_.size(); ++i) {
            column = text_[i] == '\n' ? 1 : column + 1;
            line += text_[i] == '\n' ? 1 : 0;
        }
        fail(SSAM_ERROR_BUNDLE, "not valid JSON at line " + std::to_string(line) + ", column " +
                                    std::to_string(column) + ": " + why);
    }

    // The next character; '\0' at the end (a real NUL is refused wherever it stands).
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    bool take(char wanted) {
        const bool found = peek() == wanted;
        at_ += found ? 1 : 0;
        return found;
    }

    void expect(char wanted) {
        if (!take(wanted)) {
            refuse(at_ < text_.size() ? std::string("expected '") + wanted + "'"
                                      : "the text ends too early");
        }
    }

    void skip_space() {
        while (peek() == ' ' || peek() == '\n' || peek() == '\t' || peek() == '\r') {
            ++at_;
        }
    }

    Value parse_value(int depth) {
        if (depth > kMaxDepth) {
            refuse("nested deeper than " + std::to_string(kMaxDepth) + " levels");
        }
        if (++values_ > kMaxValues) {
            refuse("more than " + std::to_string(kMaxValues) + " values");
        }
        Value value;
        switch (peek()) {
            case '{':
                parse_object(value, depth);
                break;
            case '[':
                parse_array(value, depth);
                break;
            case '"':
                value.kind = Value::Kind::kString;
                value.string = parse_string();
                break;
            case 't':
                parse_word("true");
                value.kind = Value::Kind::kBool;
                value.boolean = true;
                break;
            case 'f':
                parse_word("false");
                value.kind = Value::Kind::kBool;
                break;
            case 'n':
                parse_word("null");
                break;
            default:
                parse_number(value);
        }
        return value;
    }

    void parse_word(std::string_view word) {
        if (text_.substr(at_, word.size()) != word) {
            refuse("expected a value");
        }
        at_ += word.size();
    }

    void parse_object(Value& value, int depth) {
        value.kind = Value::Kind::kObject;
        // Sorted: keys with one hash can be made, and a minute would pass.
        std::set<std::string> keys;
        expect('{');
        skip_space();
        if (take('}')) {
            return;
        }
        do {
            skip_space();
            if (peek() != '"') {
                refuse("expected a key in quotes");
            }
            std::string key = parse_string();
            if (!keys.insert(key).second) {
                refuse((is_shown(key) ? "the key \"" + key + "\"" : "a key") +
                       " stands twice in one object");
            }
            skip_space();
            expect(':');
            skip_space();
            Value member = parse_value(depth + 1);
            value.object.emplace_back(std::move(key), std::move(member));
            skip_space();
        } while (take(','));
        expect('}');
    }

    void parse_array(Value& value, int depth) {
        value.kind = Value::Kind::kArray;
        expect('[');
        skip_space();
        if (take(']')) {
            return;
        }
        do {
            skip_space();
            value.array.push_back(parse_value(depth + 1));
            skip_space();
        } while (take(','));
        expect(']');
    }

    std::string parse_string() {
        expect('"');
        std::string out;
        while (!take('"')) {
            const char c = peek();
            if (at_ >= text_.size()) {
                refuse("a string without its closing quote");
            }
            if (static_cast<unsigned char>(c) < 0x20) {
                refuse("a control character inside a string");
            }
            ++at_;
            if (c == '\\') {
                parse_escape(out);
            } else {
                out.push_back(c);
            }
        }
        return out;
    }

    void parse_escape(std::string& out) {
        static constexpr std::string_view kNames = "\"\\/bfnrt";
        static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
        const char c = peek();
        const size_t known = at_ < text_.size() ? kNames.find(c) : std::string_view::npos;
        if (known != std::string_view::npos) {
            ++at_;
            out.push_back(kMeanings[known]);
            return;
        }
        if (!take('u')) {
            refuse("an unknown escape in a string");
        }
        uint32_t code = parse_hex4();
        if (code >= 0xD800 && code < 0xDC00) {
            const bool pair = take('\\') && take('u');
            const uint32_t low = pair ? parse_hex4() : 0;
            if (low < 0xDC00 || low > 0xDFFF) {
                refuse("half a surrogate pair in a string");
            }
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        } else if (code >= 0xDC00 && code <= 0xDFFF) {
            refuse("half a surrogate pair in a string");
        }
        if (code == 0) {
            refuse("a NUL character in a string");  // it would cut a C string short
        }
        append_utf8(out, code);
    }

    uint32_t parse_hex4() {
        uint32_t code = 0;
        for (int i = 0; i < 4; ++i) {
            const char c = peek();
            uint32_t digit = 0;
            if (c >= '0' && c <= '9') {
                digit = static_cast<uint32_t>(c - '0');
            } else if (c >= 'a' && c <= 'f') {
                digit = static_cast<uint32_t>(c - 'a' + 10);
            } else if (c >= 'A' && c <= 'F') {
                digit = static_cast<uint32_t>(c - 'A' + 10);
            } else {
                refuse("\\u wants four hex digits");
            }
            code = code << 4 | digit;
            ++at_;
        }
        return code;
    }

    void parse_number(Value& value) {
        if (const char* const fault = read_number(text_, at_, value)) {
            refuse(fault);
        }
    }

    std::string_view text_;
    size_t at_ = 0;
    int values_ = 0;
};

}  // namespace

const Value* Value::find(std::string_view key) const {
    for (const auto& [name, value] : object) {
        if (name == key) {
            return &value;
        }
    }
    return nullptr;
}

const char* describe(Value::Kind kind) {
    switch (kind) {
        case Value::Kind::kNull:
            return "null";
        case Value::Kind::kBool:
            return "true or false";
        case Value::Kind::kNumber:
            return "a number";
        case Value::Kind::kString:
            return "a string";
        case Value::Kind::kArray:
            return "an array";
        default:
            return "an object";
    }
}

Value parse(std::string_view text) {
    if (!is_utf8(text)) {
        fail(SSAM_ERROR_BUNDLE, "not valid JSON: it is not UTF-8 text");
    }
    return Parser(text).parse_document();
}

}  // namespace ssam::json
