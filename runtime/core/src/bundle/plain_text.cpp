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

[[noreturn]] void refuse(const Place& place, const char* what) {
    const std::string text = text_of(place);
    fail(SSAM_ERROR_BUNDLE,
         (text.empty() ? "the document" : text) + " " + what + " with a control character in it");
}

void look(const json::Value& value, const Place& place) {
    if (value.kind == json::Value::Kind::kString && has_control(value.string)) {
        refuse(place, "is a text");
    }
    for (size_t i = 0; i < value.array.size(); ++i) {
        look(value.array[i], {&place, nullptr, i});
    }
    for (const auto& [key, member] : value.object) {
        if (has_control(key)) {
            refuse(place, "has a key");
        }
        look(member, {&place, &key, 0});
    }
}

}  // namespace

void refuse_control_characters(const json::Value& document) { look(document, {}); }

}  // namespace ssam
