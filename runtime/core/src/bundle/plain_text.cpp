#include "bundle/plain_text.h"

#include "base/failure.h"
#include "base/utf8.h"

namespace ssam {
namespace {

// Where a value lies. Put into words only for a refusal: a stranger's long key with many elements
// would be copied as often as it has elements.
struct Place {
    const Place* parent = nullptr;
    const std::string* key = nullptr;  // null: an element of an array
    size_t index = 0;
};

std::string text_of(const Place& place) {
    if (place.parent == nullptr) {
        return "";
    }
    const std::string before = text_of(*place.parent);
    if (place.key == nullptr) {
        return before + "[" + std::to_string(place.index) + "]";
    }
    return before.empty() ? *place.key : before + "." + *place.key;
}

[[noreturn]] void refuse(const Place& place, const std::string& what) {
    const std::string text = text_of(place);
    fail(SSAM_ERROR_BUNDLE, (text.empty() ? "the document" : text) + " " + what);
}

void look(const std::string& text, size_t most, const Place& place, const std::string& what) {
    if (text.size() > most) {
        refuse(place, what + " of more than " + std::to_string(most) + " bytes");
    }
    if (has_control(text)) {
        refuse(place, what + " with a control character in it");
    }
}

void look(const json::Value& value, const Place& place) {
    if (value.kind == json::Value::Kind::kString) {
        look(value.string, kMaxTextBytes, place, "is a text");
    }
    for (size_t i = 0; i < value.array.size(); ++i) {
        look(value.array[i], {&place, nullptr, i});
    }
    for (const auto& [key, member] : value.object) {
        look(key, kMaxKeyBytes, place, "has a key");
        look(member, {&place, &key, 0});
    }
}

}  // namespace

void refuse_unreadable_text(const json::Value& document) { look(document, {}); }

}  // namespace ssam
