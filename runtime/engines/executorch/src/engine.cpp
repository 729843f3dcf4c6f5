// ssam_executorch.h.
#include <executorch/runtime/platform/platform.h>
#include <executorch/runtime/platform/runtime.h>

#include <memory>
#include <mutex>
#include <vector>

#include "program.h"
#include "shared/bundle.h"
#include "shared/call.h"
#include "squeezesam/ssam_executorch.h"
#include "thread_pool.h"

namespace ssam_executorch {
namespace {

struct Engine {
    explicit Engine(int32_t threads) : share(threads) {}
    PoolShare share;                                 // outlives the programs
    std::vector<std::unique_ptr<Program>> programs;  // by index in the bundle
};

// ExecuTorch is entered by one thread at a time.
template <typename Body>
ssam_status guarded(char* message, size_t size, Body&& body) noexcept {
    return ssam_engines::guarded(message, size, [&] {
        const std::lock_guard<std::mutex> lock(runtime_lock());
        body();
    });
}

std::unique_ptr<Engine> load(const ssam_bundle* bundle, int32_t threads) {
    ssam_engines::checked_bundle(bundle, threads, SSAM_TARGET_EXECUTORCH, "executorch",
                                 "executorch");
    executorch::runtime::runtime_init();
    auto engine = std::make_unique<Engine>(threads);
    for (const ssam_program_info& info : ssam_engines::program_infos(bundle)) {
        engine->programs.push_back(std::make_unique<Program>(info));
    }
    return engine;
}

ssam_status run(void* user, int32_t program, const char*, const ssam_tensor* inputs,
                int32_t input_count, ssam_tensor* outputs, int32_t output_count, char* message,
                size_t message_size) {
    auto& engine = *static_cast<Engine*>(user);
    return guarded(message, message_size, [&] {
        engine.programs.at(static_cast<size_t>(program))
            ->run(inputs, input_count, outputs, output_count);
    });
}

void release(void* user) {
    const std::lock_guard<std::mutex> lock(runtime_lock());
    delete static_cast<Engine*>(user);
}

void say_nothing(et_timestamp_t, et_pal_log_level_t, const char*, const char*, size_t, const char*,
                 size_t) {}

}  // namespace
}  // namespace ssam_executorch

const char* ssam_executorch_version(void) { return SSAM_EXECUTORCH_VERSION; }

void ssam_executorch_silence(void) {
    using executorch::runtime::PalImpl;
    const std::lock_guard<std::mutex> lock(ssam_executorch::runtime_lock());
    executorch::runtime::runtime_init();
    // register_pal() would log, through the logger that is to end, that there was one already.
    const_cast<PalImpl*>(executorch::runtime::get_pal_impl())->emit_log_message =
        ssam_executorch::say_nothing;
}

ssam_executorch_options ssam_executorch_default_options(void) { return {}; }

ssam_status ssam_executorch_create(const ssam_bundle* bundle,
                                   const ssam_executorch_options* options, ssam_engine* engine,
                                   char* message, size_t message_size) {
    return ssam_executorch::guarded(message, message_size, [&] {
        if (engine == nullptr) {
            throw ssam_engines::Failure(SSAM_ERROR_INVALID_ARGUMENT, "engine must not be NULL");
        }
        const int32_t threads = options == nullptr ? 0 : options->threads;
        ssam_engine made{};
        made.run = ssam_executorch::run;
        made.release = ssam_executorch::release;
        made.user = ssam_executorch::load(bundle, threads).release();
        *engine = made;
    });
}
