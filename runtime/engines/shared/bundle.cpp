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

std::vector<ssam_program_info> program_infos(const ssam_bundle* bundle) {
    std::vector<ssam_program_info> infos;
    for (int32_t i = 0; i < ssam_bundle_program_count(bundle); ++i) {
        ssam_program_info info{};
        if (ssam_bundle_get_program(bundle, i, &info) != SSAM_OK) {
            throw Failure(SSAM_ERROR_INVALID_ARGUMENT, ssam_last_error());
        }
        infos.push_back(info);
    }
    return infos;
}

}  // namespace ssam_engines
