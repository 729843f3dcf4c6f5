// ssam_executorch.h.
#include <executorch/runtime/platform/platform.h>
#include <executorch/runtime/platform/runtime.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>

#include "failure.h"
#include "program.h"
#include "squeezesam/ssam_executorch.h"
#include "thread_pool.h"

namespace ssam_executorch {
namespace {

struct Engine {
    explicit Engine(int32_t threads) : share(threads) {}
    PoolShare share;  // outlives the programs
    std::optional<Program> segmenter;
    std::optional<Program> saliency;
};

void write_message(const char* text, char* message, size_t size) {
    if (message != nullptr && size > 0) {
        const size_t length = std::min(std::strlen(text), size - 1);
        std::memcpy(message, text, length);
        message[length] = '\0';
    }
}

// Nothing is thrown beyond this: neither the core nor C code expects it.
template <typename Body>
ssam_status guarded(char* message, size_t size, Body&& body) noexcept {
    try {
        const std::lock_guard<std::mutex> lock(runtime_lock());
        body();
        return SSAM_OK;
    } catch (const Failure& failure) {
        write_message(failure.what(), message, size);
        return failure.status();
    } catch (const std::bad_alloc&) {
        write_message("not enough memory", message, size);
        return SSAM_ERROR_OUT_OF_MEMORY;
    } catch (const std::exception& error) {
        write_message(error.what(), message, size);
        return SSAM_ERROR_ENGINE;
    }
}

ssam_program_info program_info(const ssam_bundle* bundle, int32_t program) {
    ssam_program_info info{};
    if (ssam_bundle_get_program(bundle, program, &info) != SSAM_OK) {
        throw Failure(SSAM_ERROR_INVALID_ARGUMENT, ssam_last_error());
    }
    return info;
}

std::unique_ptr<Engine> load(const ssam_bundle* bundle, int32_t threads) {
    ssam_bundle_info info{};
    if (ssam_bundle_get_info(bundle, &info) != SSAM_OK) {
        throw Failure(SSAM_ERROR_INVALID_ARGUMENT, ssam_last_error());
    }
    if (threads < 0) {
        throw Failure(SSAM_ERROR_INVALID_ARGUMENT,
                      "threads must be at least 0, not " + std::to_string(threads));
    }
    if (info.target != SSAM_TARGET_EXECUTORCH) {
        throw Failure(SSAM_ERROR_ENGINE,
                      std::string("the executorch engine executes executorch bundles, "
                                  "this one is for ") +
                          info.target_name);
    }
    executorch::runtime::runtime_init();
    auto engine = std::make_unique<Engine>(threads);
    engine->segmenter.emplace("segmenter", program_info(bundle, SSAM_PROGRAM_SEGMENTER));
    if ((info.capabilities & SSAM_CAN_AUTOMATIC) != 0) {
        engine->saliency.emplace("saliency", program_info(bundle, SSAM_PROGRAM_SALIENCY));
    }
    return engine;
}

ssam_status run(void* user, int32_t program, const ssam_tensor* inputs, int32_t input_count,
                ssam_tensor* outputs, int32_t output_count, char* message, size_t message_size) {
    auto& engine = *static_cast<Engine*>(user);
    return guarded(message, message_size, [&] {
        std::optional<Program>& chosen =
            program == SSAM_PROGRAM_SALIENCY ? engine.saliency : engine.segmenter;
        chosen.value().run(inputs, input_count, outputs, output_count);
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
            throw ssam_executorch::Failure(SSAM_ERROR_INVALID_ARGUMENT, "engine must not be NULL");
        }
        const int32_t threads = options == nullptr ? 0 : options->threads;
        ssam_engine made{};
        made.run = ssam_executorch::run;
        made.release = ssam_executorch::release;
        made.user = ssam_executorch::load(bundle, threads).release();
        *engine = made;
    });
}
