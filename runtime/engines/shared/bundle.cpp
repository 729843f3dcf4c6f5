#include "bundle.h"

#include <string>

#include "failure.h"

namespace ssam_engines {

ssam_bundle_info checked_bundle(const ssam_bundle* bundle, int32_t threads, int32_t target,
                                const char* engine, const char* target_name) {
    ssam_bundle_info info{};
    if (ssam_bundle_get_info(bundle, &info) != SSAM_OK) {
        throw Failure(SSAM_ERROR_INVALID_ARGUMENT, ssam_last_error());
    }
    if (threads < 0) {
        throw Failure(SSAM_ERROR_INVALID_ARGUMENT,
                      "threads must be at least 0, not " + std::to_string(threads));
    }
    if (info.target != target) {
        throw Failure(SSAM_ERROR_ENGINE, std::string("the ") + engine + " engine executes " +
                                             target_name + " bundles, this one is for " +
                                             info.target_name);
    }
    return info;
}

ssam_program_info program_info(const ssam_bundle* bundle, int32_t program) {
    ssam_program_info info{};
    if (ssam_bundle_get_program(bundle, program, &info) != SSAM_OK) {
        throw Failure(SSAM_ERROR_INVALID_ARGUMENT, ssam_last_error());
    }
    return info;
}

}  // namespace ssam_engines
