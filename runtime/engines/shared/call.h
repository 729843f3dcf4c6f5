// The frame of an engine's C calls.
#pragma once

#include <cstddef>
#include <exception>
#include <new>

#include "failure.h"

namespace ssam_engines {

// As much of `text` as fits into `size` bytes with its end; nothing without a buffer.
void write_message(const char* text, char* message, size_t size) noexcept;

// Nothing is thrown beyond this: neither the core nor C code expects it.
template <typename Body>
ssam_status guarded(char* message, size_t size, Body&& body) noexcept {
    try {
        body();
        return SSAM_OK;
    } catch (const Failure& failure) {
        write_message(failure.what(), message, size);
        return failure.status();
    } catch (const std::bad_alloc&) {
        write_message("not enough memory", message, size);
        return SSAM_ERROR_OUT_OF_MEMORY;
    } catch (const std::exception& error) {
        write_message(error.what(), message, size);
        return SSAM_ERROR_ENGINE;
    }
}

}  // namespace ssam_engines
