#include "engine.h"

#include "failure.h"
#if defined(SSAM_WITH_EXECUTORCH)
#include "squeezesam/ssam_executorch.h"
#endif
#if defined(SSAM_WITH_ONNXRUNTIME)
#include "squeezesam/ssam_onnxruntime.h"
#endif

namespace cli {
namespace {

#if defined(SSAM_WITH_EXECUTORCH)

Engine make_executorch(const ssam_bundle* bundle, int32_t threads) {
    ssam_executorch_silence();  // one sentence is what this command says of a failure
    ssam_executorch_options options = ssam_executorch_default_options();
    options.threads = threads;
    Engine made{{}, "executorch", ssam_executorch_version()};
    char message[512] = "";
    if (ssam_executorch_create(bundle, &options, &made.engine, message, sizeof message) !=
        SSAM_OK) {
        throw Failure(message);
    }
    return made;
}

#endif
#if defined(SSAM_WITH_ONNXRUNTIME)

Engine make_onnxruntime(const ssam_bundle* bundle, int32_t threads) {
    ssam_onnxruntime_options options = ssam_onnxruntime_default_options();
    options.threads = threads;
    Engine made{{}, "onnxruntime", ssam_onnxruntime_version()};
    char message[512] = "";
    if (ssam_onnxruntime_create(bundle, &options, &made.engine, message, sizeof message) !=
        SSAM_OK) {
        throw Failure(message);
    }
    return made;
}

#endif

}  // namespace

Engine make_engine(const ssam_bundle* bundle, int32_t threads) {
    ssam_bundle_info info{};
    must(ssam_bundle_get_info(bundle, &info));
    // An engine refuses a bundle of a foreign target itself, in its own words.
#if defined(SSAM_WITH_EXECUTORCH) && defined(SSAM_WITH_ONNXRUNTIME)
    return info.target == SSAM_TARGET_EXECUTORCH ? make_executorch(bundle, threads)
                                                 : make_onnxruntime(bundle, threads);
#elif defined(SSAM_WITH_EXECUTORCH)
    return make_executorch(bundle, threads);
#else
    return make_onnxruntime(bundle, threads);
#endif
}

}  // namespace cli
