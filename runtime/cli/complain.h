// What a person is told on stderr.
#pragma once

#include <string>

#include "photo.h"

namespace cli {

// One line.
void complain(const std::string& sentence);

// If it was damaged and is used nevertheless.
void warn_of_damage(const std::string& name, const Photo& photo);

}  // namespace cli
