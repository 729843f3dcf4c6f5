#include "thread_pool.h"

#if defined(SSAM_EXECUTORCH_THREADPOOL)
#include <executorch/extension/threadpool/threadpool.h>
#endif

#include <cstddef>
#include <string>

#include "shared/failure.h"

namespace ssam_executorch {
namespace {

using ssam_engines::Failure;

int holders = 0;  // under runtime_lock()

#if defined(SSAM_EXECUTORCH_THREADPOOL)

size_t pool_size() {
    return executorch::extension::threadpool::get_threadpool()->get_thread_count();
}

void resize_pool(int32_t threads) {
// The guard that its message recommends limits the calling thread alone, and cannot enlarge.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    executorch::extension::threadpool::get_threadpool()->_unsafe_reset_threadpool(
        static_cast<uint32_t>(threads));
#pragma GCC diagnostic pop
}

#else

// An ExecuTorch built without a thread pool runs on the calling thread.
size_t pool_size() { return 1; }
void resize_pool(int32_t) {}

#endif

}  // namespace

std::mutex& runtime_lock() {
    static std::mutex lock;
    return lock;
}

PoolShare::PoolShare(int32_t threads) {
    if (threads > 0 && static_cast<size_t>(threads) != pool_size()) {
        if (holders > 0) {
            throw Failure(SSAM_ERROR_STATE,
                          "ExecuTorch's thread pool is shared by the process and has the size " +
                              std::to_string(pool_size()) + " already, not " +
                              std::to_string(threads) + "; free the other segmenters first");
        }
        resize_pool(threads);
    }
    ++holders;
}

PoolShare::~PoolShare() { --holders; }

}  // namespace ssam_executorch
