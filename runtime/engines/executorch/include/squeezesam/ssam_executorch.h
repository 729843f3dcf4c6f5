/* squeezesam: ExecuTorch as the engine of `executorch` bundles. C99 and later, C++11 and later.
 *
 *     ssam_engine engine;
 *     ssam_executorch_create(bundle, NULL, &engine, message, sizeof message);
 *     ssam_segmenter_create(bundle, &engine, &segmenter);
 *
 * The programs run on the backends that the ExecuTorch library was built with; XNNPACK for the
 * bundles of this project. POSIX systems.
 */
#ifndef SQUEEZESAM_SSAM_EXECUTORCH_H
#define SQUEEZESAM_SSAM_EXECUTORCH_H

#include "squeezesam/ssam.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Version of ExecuTorch that this was compiled with, e.g. "1.4.1"; "unknown" where its package does
 * not tell. Static. */
SSAM_API const char* ssam_executorch_version(void);

/* ExecuTorch writes log lines of its own to stderr (logcat on Android). This ends that for the
 * whole process: for programs whose stderr is read by others. Any thread. */
SSAM_API void ssam_executorch_silence(void);

typedef struct ssam_executorch_options {
    int32_t threads;     /* size of ExecuTorch's thread pool; 0: leave the pool as it is */
    int32_t reserved[7]; /* 0 */
} ssam_executorch_options;

/* threads 0. */
SSAM_API ssam_executorch_options ssam_executorch_default_options(void);

/* Loads the programs of `bundle` and compares their tensors with the manifest's. `options` may be
 * NULL. On success `*engine` can be given to ssam_segmenter_create with the same bundle, which from
 * then on owns it; an engine that no segmenter took is freed by engine->release(engine->user).
 * Runs queue, also those of different engines: ExecuTorch has one thread pool in a process.
 * Loaded programs hold on to that pool, so it keeps its size until the last engine is freed.
 * A change of the program files after this call has no effect.
 * On failure `*engine` is unchanged and `message` (UTF-8, NUL-terminated, at most `message_size`
 * bytes, may be NULL with 0) says why: SSAM_ERROR_INVALID_ARGUMENT (threads below 0), _STATE
 * (another size of the pool while another engine lives), _BUNDLE (the programs are not what the
 * manifest says), _ENGINE (another target; ExecuTorch refuses the program), _OUT_OF_MEMORY. Any
 * thread. */
SSAM_API ssam_status ssam_executorch_create(const ssam_bundle* bundle,
                                            const ssam_executorch_options* options,
                                            ssam_engine* engine, char* message,
                                            size_t message_size);

#ifdef __cplusplus
}
#endif

#endif /* SQUEEZESAM_SSAM_EXECUTORCH_H */
