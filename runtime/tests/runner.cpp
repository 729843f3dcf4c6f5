#include "runner.h"

#include <cstdio>
#include <cstring>
#include <exception>
#include <vector>

namespace test {
namespace {

struct Case {
    const char* name;
    Function function;
};

// A function, not a global: tests are added while globals are being made.
std::vector<Case>& cases() {
    static std::vector<Case> all;
    return all;
}

int failures = 0;

}  // namespace

int add(const char* name, Function function) {
    cases().push_back({name, function});
    return 0;
}

void failed(const char* file, int line, const std::string& what) {
    ++failures;
    std::fprintf(stderr, "  %s:%d: %s\n", file, line, what.c_str());
}

int failure_count() { return failures; }

}  // namespace test

// Runs the tests whose name contains the argument (all without one).
int main(int argc, char** argv) {
    int run = 0;
    int bad = 0;
    for (const test::Case& one : test::cases()) {
        if (argc > 1 && std::strstr(one.name, argv[1]) == nullptr) {
            continue;
        }
        const int before = test::failures;
        try {
            one.function();
        } catch (const test::Stop&) {
        } catch (const std::exception& error) {
            test::failed("an exception", 0, error.what());
        }
        ++run;
        if (test::failures != before) {
            ++bad;
            std::fprintf(stderr, "FAILED: %s\n", one.name);
        }
    }
    std::printf("%d tests, %d failed\n", run, bad);
    return run > 0 && bad == 0 ? 0 : 1;
}
