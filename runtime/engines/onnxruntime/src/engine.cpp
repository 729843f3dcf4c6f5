// ssam_onnxruntime.h.
#include <memory>
#include <vector>

#include "program.h"
#include "shared/bundle.h"
#include "shared/call.h"
#include "squeezesam/ssam_onnxruntime.h"

namespace ssam_onnxruntime {
namespace {

using ssam_engines::guarded;

struct Engine {
    Env env;                        // outlives the programs
    std::vector<Program> programs;  // by index in the bundle
};

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

std::unique_ptr<Engine> load(const ssam_bundle* bundle, int32_t threads) {
    ssam_engines::checked_bundle(bundle, threads, SSAM_TARGET_ONNX, "onnxruntime", "onnx");
    auto engine = std::make_unique<Engine>();
    engine->env.reset(make_environment());
    const SessionOptions options = session_options(threads);
    for (const ssam_program_info& info : ssam_engines::program_infos(bundle)) {
        engine->programs.emplace_back(*engine->env, *options, info);
    }
    return engine;
}

ssam_status run(void* user, int32_t program, const char*, const ssam_tensor* inputs,
                int32_t input_count, ssam_tensor* outputs, int32_t output_count, char* message,
                size_t message_size) {
    const auto& engine = *static_cast<const Engine*>(user);
    return guarded(message, message_size, [&] {
        engine.programs.at(static_cast<size_t>(program))
            .run(inputs, input_count, outputs, output_count);
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
    return ssam_engines::guarded(message, message_size, [&] {
        if (engine == nullptr) {
            throw ssam_engines::Failure(SSAM_ERROR_INVALID_ARGUMENT, "engine must not be NULL");
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
