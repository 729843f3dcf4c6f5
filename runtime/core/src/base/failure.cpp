#include "base/failure.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace ssam {
namespace {

// Fixed storage: reporting that memory ran out must not need memory.
thread_local char message_of_thread[1024] = "";

}  // namespace

void fail(ssam_status status, const std::string& message) { throw Failure(status, message); }

std::string number(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.10g", value);
    return text;
}

ssam_status remember(ssam_status status, const char* message) noexcept {
    const size_t room = sizeof message_of_thread - 1;
    size_t length = std::strlen(message);
    if (length > room) {
        length = room;
        // Not in the middle of a UTF-8 character.
        while (length > 0 && (static_cast<unsigned char>(message[length]) & 0xC0u) == 0x80u) {
            --length;
        }
    }
    // One line: what a file says of itself may stand in a sentence.
    std::transform(message, message + length, message_of_thread, [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    });
    message_of_thread[length] = '\0';
    return status;
}

const char* last_error() noexcept { return message_of_thread; }

}  // namespace ssam
