#include "bundle/manifest_field.h"

#include "base/failure.h"

namespace ssam {

using Kind = json::Value::Kind;

void Field::refuse(const std::string& why) const {
    fail(SSAM_ERROR_BUNDLE, (path_.empty() ? "the document" : path_) + " " + why);
}

void Field::want(Kind kind) const {
    if (value_->kind != kind) {
        refuse(std::string("must be ") + json::describe(kind) + ", not " +
               json::describe(value_->kind));
    }
}

std::optional<Field> Field::maybe(const char* key) const {
    want(Kind::kObject);
    const json::Value* member = value_->find(key);
    if (member == nullptr || member->kind == Kind::kNull) {
        return std::nullopt;
    }
    return Field(*member, path_.empty() ? key : path_ + "." + key);
}

Field Field::at(const char* key) const {
    std::optional<Field> member = maybe(key);
    if (!member) {
        fail(SSAM_ERROR_BUNDLE, (path_.empty() ? key : path_ + "." + key) + " is missing");
    }
    return *member;
}

std::vector<Field> Field::items() const {
    want(Kind::kArray);
    std::vector<Field> items;
    items.reserve(value_->array.size());
    for (size_t i = 0; i < value_->array.size(); ++i) {
        items.push_back(Field(value_->array[i], path_ + "[" + std::to_string(i) + "]"));
    }
    return items;
}

std::vector<std::pair<std::string, Field>> Field::members() const {
    want(Kind::kObject);
    std::vector<std::pair<std::string, Field>> members;
    members.reserve(value_->object.size());
    for (const auto& [name, member] : value_->object) {
        members.emplace_back(name, Field(member, path_.empty() ? name : path_ + "." + name));
    }
    return members;
}

std::string Field::text(size_t most) const {
    want(Kind::kString);
    if (value_->string.size() > most) {
        refuse("has more than " + std::to_string(most) + " bytes");
    }
    return value_->string;
}

bool Field::flag() const {
    want(Kind::kBool);
    return value_->boolean;
}

int64_t Field::whole(int64_t least, int64_t most) const {
    want(Kind::kNumber);
    if (!value_->is_whole || value_->whole < least || value_->whole > most) {
        refuse("must be a whole number from " + std::to_string(least) + " to " +
               std::to_string(most) + ", not " + number(value_->number));
    }
    return value_->whole;
}

double Field::real(double least, double most) const {
    want(Kind::kNumber);
    if (!(value_->number >= least && value_->number <= most)) {
        refuse("must be a number from " + number(least) + " to " + number(most) + ", not " +
               number(value_->number));
    }
    return value_->number;
}

}  // namespace ssam
