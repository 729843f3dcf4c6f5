// A test runner in a page. TEST("a sentence about behaviour") { CHECK(...); }
// A failed CHECK is reported and the test goes on; a failed REQUIRE ends it.
#pragma once

#include <cstdint>
#include <ostream>
#include <sstream>
#include <string>

namespace test {

struct Stop {};  // thrown by REQUIRE

using Function = void (*)();
int add(const char* name, Function function);
void failed(const char* file, int line, const std::string& what);
int failure_count();  // so far, in all tests

template <typename T>
std::string text(const T& value) {
    std::ostringstream stream;
    stream.precision(17);
    stream << value;
    return stream.str();
}

inline std::string text(uint8_t value) { return text(static_cast<int>(value)); }

template <typename A, typename B>
bool check_equal(const A& a, const B& b, const char* expression, const char* file, int line) {
    if (a == b) {
        return true;
    }
    failed(file, line, std::string(expression) + ": " + text(a) + " is not " + text(b));
    return false;
}

}  // namespace test

#define TEST_JOIN_(a, b) a##b
#define TEST_JOIN(a, b) TEST_JOIN_(a, b)
#define TEST_NAMED_(name, id)                                                                   \
    static void TEST_JOIN(test_body_, id)();                                                    \
    static const int TEST_JOIN(test_added_, id) = ::test::add(name, TEST_JOIN(test_body_, id)); \
    static void TEST_JOIN(test_body_, id)()
#define TEST(name) TEST_NAMED_(name, __LINE__)

#define CHECK(condition)                                                  \
    do {                                                                  \
        if (!(condition)) ::test::failed(__FILE__, __LINE__, #condition); \
    } while (false)
#define CHECK_EQ(a, b) ::test::check_equal((a), (b), #a " == " #b, __FILE__, __LINE__)
#define REQUIRE(condition)                                  \
    do {                                                    \
        if (!(condition)) {                                 \
            ::test::failed(__FILE__, __LINE__, #condition); \
            throw ::test::Stop();                           \
        }                                                   \
    } while (false)
// A C call that must succeed; shows the sentence when it does not.
#define MUST(call)                                                                            \
    do {                                                                                      \
        const ssam_status must_status = (call);                                               \
        if (must_status != SSAM_OK) {                                                         \
            ::test::failed(__FILE__, __LINE__,                                                \
                           std::string(#call) + ": " + ssam_status_name(must_status) + ", " + \
                               ssam_last_error());                                            \
            throw ::test::Stop();                                                             \
        }                                                                                     \
    } while (false)
// A C call that must fail with this status and a sentence that contains `words`.
#define MUST_FAIL(call, status, words)                                                            \
    do {                                                                                          \
        CHECK_EQ(std::string(ssam_status_name(call)), std::string(#status));                      \
        if (std::string(ssam_last_error()).find(words) == std::string::npos) {                    \
            ::test::failed(__FILE__, __LINE__,                                                    \
                           std::string("\"") + ssam_last_error() + "\" lacks \"" + words + "\""); \
        }                                                                                         \
    } while (false)
