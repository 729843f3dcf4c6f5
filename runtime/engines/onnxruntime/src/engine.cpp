// ssam_onnxruntime.h.
#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <optional>
#include <string>

#include "program.h"
#include "squeezesam/ssam_onnxruntime.h"

namespace ssam_onnxruntime {
namespace {

struct Engine {
    Env env;  // outlives the programs
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

// The options of the Python engine, so that both give the same bits.
SessionOptions session_options(int32_t threads) {
    OrtSessionOptions* made = nullptr;
    check(api().CreateSessionOptions(&made));
    SessionOptions options(made);
    check(api().SetIntraOpNumThreads(made, threads));
    check(api().SetInterOpNumThreads(made, 1));
    check(api().SetSessionExecutionMode(made, ORT_SEQUENTIAL));
    check(api().SetSessionLogSeverityLevel(made, ORT_LOGGING_LEVEL_ERROR));
    // Spinning workers would keep a core busy between two taps.
    check(api().AddSessionConfigEntry(made, "session.intra_op.allow_spinning", "0"));
    return options;
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
    if (info.target != SSAM_TARGET_ONNX) {
        throw Failure(SSAM_ERROR_ENGINE,
                      std::string("the onnxruntime engine executes onnx bundles, "
                                  "this one is for ") +
                          info.target_name);
    }
    auto engine = std::make_unique<Engine>();
    OrtEnv* env = nullptr;
    check(api().CreateEnv(ORT_LOGGING_LEVEL_ERROR, "squeezesam", &env));
    engine->env.reset(env);
    const SessionOptions options = session_options(threads);
    engine->segmenter.emplace(*env, *options, "segmenter",
                              program_info(bundle, SSAM_PROGRAM_SEGMENTER));
    if ((info.capabilities & SSAM_CAN_AUTOMATIC) != 0) {
        engine->saliency.emplace(*env, *options, "saliency",
                                 program_info(bundle, SSAM_PROGRAM_SALIENCY));
    }
    return engine;
}

ssam_status run(void* user, int32_t program, const ssam_tensor* inputs, int32_t input_count,
                ssam_tensor* outputs, int32_t output_count, char* message, size_t message_size) {
    const auto& engine = *static_cast<const Engine*>(user);
    return guarded(message, message_size, [&] {
        const std::optional<Program>& chosen =
            program == SSAM_PROGRAM_SALIENCY ? engine.saliency : engine.segmenter;
        chosen.value().run(inputs, input_count, outputs, output_count);
    });
}

void release(void* user) { delete static_cast<Engine*>(user); }

}  // namespace
}  // namespace ssam_onnxruntime

const char* ssam_onnxruntime_version(void) { return OrtGetApiBase()->GetVersionString(); }

ssam_onnxruntime_options ssam_onnxruntime_default_options(void) { return {}; }

ssam_status ssam_onnxruntime_create(const ssam_bundle* bundle,
                                    const ssam_onnxruntime_options* options, ssam_engine* engine,
                                    char* message, size_t message_size) {
    return ssam_onnxruntime::guarded(message, message_size, [&] {
        if (engine == nullptr) {
            throw ssam_onnxruntime::Failure(SSAM_ERROR_INVALID_ARGUMENT, "engine must not be NULL");
        }
        const int32_t threads = options == nullptr ? 0 : options->threads;
        ssam_engine made{};
        made.run = ssam_onnxruntime::run;
        made.release = ssam_onnxruntime::release;
        made.flags = SSAM_ENGINE_CONCURRENT;
        made.user = ssam_onnxruntime::load(bundle, threads).release();
        *engine = made;
    });
}
