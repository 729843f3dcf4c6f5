#include "call.h"

#include <algorithm>
#include <cstring>

namespace ssam_engines {

void write_message(const char* text, char* message, size_t size) noexcept {
    if (message != nullptr && size > 0) {
        const size_t length = std::min(std::strlen(text), size - 1);
        std::memcpy(message, text, length);
        message[length] = '\0';
    }
}

}  // namespace ssam_engines
