// ONNX Runtime's C interface with errors as exceptions and handles that free themselves.
#pragma once

#include <onnxruntime_c_api.h>

#include <memory>

#include "shared/failure.h"

namespace ssam_onnxruntime {

using ssam_engines::Failure;

// Throws Failure when the library is older than the header this was compiled with.
const OrtApi& api();

// ONNX Runtime's own environment. Nothing leaves the machine: its telemetry, on by default in the
// official builds, is switched off first (ORT_DISABLE_TELEMETRY, its Privacy.md). Sets the
// process's environment once, which races with a getenv in another thread of the application.
OrtEnv* make_environment();

// Throws Failure (SSAM_ERROR_ENGINE) with the first line of ONNX Runtime's message.
void check(OrtStatus* status);

// unique_ptrs that free with the matching call of the interface.
#define SSAM_ORT_HANDLE(name)                                                              \
    struct name##Release {                                                                 \
        void operator()(Ort##name* handle) const noexcept { api().Release##name(handle); } \
    };                                                                                     \
    using name = std::unique_ptr<Ort##name, name##Release>

SSAM_ORT_HANDLE(Env);
SSAM_ORT_HANDLE(SessionOptions);
SSAM_ORT_HANDLE(RunOptions);
SSAM_ORT_HANDLE(Session);
SSAM_ORT_HANDLE(MemoryInfo);
SSAM_ORT_HANDLE(TypeInfo);
SSAM_ORT_HANDLE(Value);

#undef SSAM_ORT_HANDLE

}  // namespace ssam_onnxruntime
