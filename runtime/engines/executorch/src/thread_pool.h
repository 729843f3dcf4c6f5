// ExecuTorch's thread pool: one in a process, shared by all programs.
#pragma once

#include <cstdint>
#include <mutex>

namespace ssam_executorch {

// Loading and running are serialised in the process: backends share the pool and their work space.
std::mutex& runtime_lock();

// Held by every engine, under runtime_lock() when made and when ended. Loaded programs keep a
// pointer to the pool, and changing its size makes a new one: only the first engine may do that.
class PoolShare {
 public:
    // threads 0: leaves the pool as it is. Throws Failure (SSAM_ERROR_STATE) when other engines
    // hold a pool of another size.
    explicit PoolShare(int32_t threads);
    ~PoolShare();
    PoolShare(const PoolShare&) = delete;
    PoolShare& operator=(const PoolShare&) = delete;
};

}  // namespace ssam_executorch
