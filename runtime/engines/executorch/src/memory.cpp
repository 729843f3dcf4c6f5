#include "memory.h"

#include <algorithm>
#include <new>

#include "shared/failure.h"

namespace ssam_executorch {
namespace {

using ssam_engines::Failure;

using Buffers = std::vector<executorch::runtime::Span<uint8_t>>;

Buffers reserve(const executorch::runtime::MethodMeta& meta, std::vector<Memory>& memory) {
    Buffers buffers;
    for (size_t i = 0; i < meta.num_memory_planned_buffers(); ++i) {
        const auto size = meta.memory_planned_buffer_size(i);
        if (!size.ok() || size.get() < 0) {
            throw Failure(SSAM_ERROR_ENGINE, "its memory plan makes no sense");
        }
        const auto bytes = static_cast<size_t>(size.get());
        memory.push_back(allocate(bytes, kCacheLine));
        if (memory.back() == nullptr) {
            throw std::bad_alloc();
        }
        buffers.emplace_back(static_cast<uint8_t*>(memory.back().get()), bytes);
    }
    return buffers;
}

}  // namespace

Memory allocate(size_t size, size_t alignment) noexcept {
    void* memory = nullptr;
    const size_t least = sizeof(void*);  // of posix_memalign
    if (posix_memalign(&memory, std::max(alignment, least), std::max(size, least)) != 0) {
        return nullptr;
    }
    return Memory(memory);
}

void* HeapAllocator::allocate(size_t size, size_t alignment) {
    try {
        blocks_.push_back(ssam_executorch::allocate(size, alignment));
        return blocks_.back().get();
    } catch (const std::bad_alloc&) {
        return nullptr;  // ExecuTorch expects no exception
    }
}

PlannedMemory::PlannedMemory(const executorch::runtime::MethodMeta& meta)
    : buffers_(reserve(meta, memory_)), allocator_({buffers_.data(), buffers_.size()}) {}

}  // namespace ssam_executorch
