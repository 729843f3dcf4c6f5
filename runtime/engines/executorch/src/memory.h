// The memory of one ExecuTorch method: planned by the exporter, or asked for while it loads.
#pragma once

#include <executorch/runtime/core/hierarchical_allocator.h>
#include <executorch/runtime/core/memory_allocator.h>
#include <executorch/runtime/executor/method_meta.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

namespace ssam_executorch {

struct Free {
    void operator()(void* memory) const noexcept { std::free(memory); }
};
using Memory = std::unique_ptr<void, Free>;

inline constexpr size_t kCacheLine = 64;

// Null where there is not enough memory. `alignment`: a power of two.
Memory allocate(size_t size, size_t alignment) noexcept;

// Takes from the heap what ExecuTorch asks for, and keeps it until `reset` or its own end.
class HeapAllocator final : public executorch::runtime::MemoryAllocator {
 public:
    HeapAllocator() : MemoryAllocator(0, nullptr) {}
    void* allocate(size_t size, size_t alignment = kDefaultAlignment) override;
    void reset() override { blocks_.clear(); }

 private:
    std::vector<Memory> blocks_;
};

// The buffers that a method's intermediate results share, as large as its metadata says.
class PlannedMemory {
 public:
    // Throws std::bad_alloc; Failure for a size that makes no sense.
    explicit PlannedMemory(const executorch::runtime::MethodMeta& meta);
    executorch::runtime::HierarchicalAllocator* allocator() { return &allocator_; }

 private:
    std::vector<Memory> memory_;
    std::vector<executorch::runtime::Span<uint8_t>> buffers_;
    executorch::runtime::HierarchicalAllocator allocator_;
};

}  // namespace ssam_executorch
