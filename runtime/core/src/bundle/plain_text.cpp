#include "bundle/plain_text.h"

#include "base/failure.h"
#include "base/utf8.h"

namespace ssam {
namespace {

[[noreturn]] void refuse(const std::string& place, const char* what) {
    fail(SSAM_ERROR_BUNDLE,
         (place.empty() ? "the document" : place) + " " + what + " with a control character in it");
}

void look(const json::Value& value, const std::string& place) {
    if (value.kind == json::Value::Kind::kString && has_control(value.string)) {
        refuse(place, "is a text");
    }
    for (size_t i = 0; i < value.array.size(); ++i) {
        look(value.array[i], place + "[" + std::to_string(i) + "]");
    }
    for (const auto& [key, member] : value.object) {
        if (has_control(key)) {
            refuse(place, "has a key");
        }
        look(member, place.empty() ? key : place + "." + key);
    }
}

}  // namespace

void refuse_control_characters(const json::Value& document) { look(document, ""); }

}  // namespace ssam
