#include "complain.h"

#include <cstdio>

#include "printable.h"

namespace cli {

void complain(const std::string& sentence) {
    std::string line;
    for (const char c : sentence) {
        line += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
    }
    std::fprintf(stderr, "ssam: %s\n", printable(line).c_str());
}

void warn_of_damage(const std::string& name, const Photo& photo) {
    if (!photo.damage.empty()) {
        complain("warning: " + name + ": " + photo.damage + "; used as far as it goes");
    }
}

}  // namespace cli
