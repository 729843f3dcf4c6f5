// How a failure travels inside the core and how it leaves through the C interface.
#pragma once

#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "squeezesam/ssam.h"

namespace ssam {

// Thrown inside the core; `what()` is the sentence that ssam_last_error() will show.
class Failure : public std::exception {
 public:
    Failure(ssam_status status, std::string message)
        : status_(status), message_(std::move(message)) {}

    ssam_status status() const noexcept { return status_; }
    const char* what() const noexcept override { return message_.c_str(); }

 private:
    ssam_status status_;
    std::string message_;
};

[[noreturn]] void fail(ssam_status status, const std::string& message);

// A number as a person writes it: "12.5", never "12.500000".
std::string number(double value);

// Keeps the sentence for this thread and returns `status`. Never throws.
ssam_status remember(ssam_status status, const char* message) noexcept;

const char* last_error() noexcept;

template <typename T>
T& not_null(T* pointer, const char* name) {
    if (pointer == nullptr) {
        fail(SSAM_ERROR_INVALID_ARGUMENT, std::string(name) + " must not be NULL");
    }
    return *pointer;
}

// Runs the body of a C call: whatever it throws becomes a status.
template <typename Body>
ssam_status guarded(Body&& body) noexcept {
    try {
        body();
        return SSAM_OK;
    } catch (const Failure& failure) {
        return remember(failure.status(), failure.what());
    } catch (const std::bad_alloc&) {
        return remember(SSAM_ERROR_OUT_OF_MEMORY, "out of memory");
    } catch (const std::length_error&) {
        return remember(SSAM_ERROR_OUT_OF_MEMORY, "out of memory");
    } catch (const std::exception& error) {
        return remember(SSAM_ERROR_INTERNAL, error.what());
    } catch (...) {
        return remember(SSAM_ERROR_INTERNAL, "an unknown exception inside squeezesam");
    }
}

}  // namespace ssam
