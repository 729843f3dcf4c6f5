#include "watched_memory.h"

#include <cstdlib>
#include <new>

namespace test {

std::atomic<long> allocations{0};
std::atomic<long> allocations_left{-1};

}  // namespace test

namespace {

void* allocate(std::size_t size) {
    ++test::allocations;
    if (test::allocations_left >= 0 && test::allocations_left-- == 0) {
        throw std::bad_alloc();
    }
    if (void* memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
