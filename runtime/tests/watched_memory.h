// Linked into a program, it replaces operator new: allocations are counted, and one may be made to
// fail.
#pragma once

#include <atomic>

namespace test {

// So far, in all threads.
extern std::atomic<long> allocations;

// Until one fails; negative: none fails.
extern std::atomic<long> allocations_left;

}  // namespace test
