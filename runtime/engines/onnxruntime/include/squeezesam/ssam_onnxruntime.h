/* squeezesam: ONNX Runtime as the engine of `onnx` bundles. C99 and later, C++11 and later.
 *
 *     ssam_engine engine;
 *     ssam_onnxruntime_create(bundle, NULL, &engine, message, sizeof message);
 *     ssam_segmenter_create(bundle, &engine, &segmenter);
 *
 * The CPU provider, whose results are those of the Python engine with the same options.
 * ONNX Runtime's telemetry is off: the first ssam_onnxruntime_create of a process sets
 * ORT_DISABLE_TELEMETRY=1 in its environment before the library initialises. An application that
 * has initialised ONNX Runtime by itself before then, or whose other threads call getenv at that
 * moment, sets the variable itself at the start of main.
 */
#ifndef SQUEEZESAM_SSAM_ONNXRUNTIME_H
#define SQUEEZESAM_SSAM_ONNXRUNTIME_H

#include "squeezesam/ssam.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Version of the ONNX Runtime library that is loaded, e.g. "1.31.1". Static. */
SSAM_API const char* ssam_onnxruntime_version(void);

typedef struct ssam_onnxruntime_options {
    int32_t threads;     /* for one run of a program; 0: ONNX Runtime's choice (one per core) */
    int32_t reserved[7]; /* 0 */
} ssam_onnxruntime_options;

/* threads 0. */
SSAM_API ssam_onnxruntime_options ssam_onnxruntime_default_options(void);

/* Loads the programs of `bundle` and compares their tensors with the manifest's. `options` may be
 * NULL. On success `*engine` can be given to ssam_segmenter_create with the same bundle, which from
 * then on owns it; an engine that no segmenter took is freed by engine->release(engine->user).
 * It runs on several threads at once (SSAM_ENGINE_CONCURRENT).
 * On failure `*engine` is unchanged and `message` (UTF-8, NUL-terminated, at most `message_size`
 * bytes, may be NULL with 0) says why: SSAM_ERROR_INVALID_ARGUMENT, SSAM_ERROR_BUNDLE (the programs
 * are not what the manifest says), SSAM_ERROR_ENGINE (another target; ONNX Runtime refuses the
 * program), SSAM_ERROR_OUT_OF_MEMORY. Any thread. */
SSAM_API ssam_status ssam_onnxruntime_create(const ssam_bundle* bundle,
                                             const ssam_onnxruntime_options* options,
                                             ssam_engine* engine, char* message,
                                             size_t message_size);

#ifdef __cplusplus
}
#endif

#endif /* SQUEEZESAM_SSAM_ONNXRUNTIME_H */
