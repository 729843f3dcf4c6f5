#include "runtime_api.h"

#include <cstdlib>
#include <string>

namespace ssam_onnxruntime {
namespace {

std::string first_line(const char* text) {
    const std::string all = text == nullptr ? "" : text;
    const size_t begin = all.find_first_not_of(" \r\n");
    if (begin == std::string::npos) {
        return "ONNX Runtime gave no reason";
    }
    return all.substr(begin, all.find_first_of("\r\n", begin) - begin);
}

// ONNX Runtime reads the variable when the first environment of the process is made, never again.
void disable_telemetry() {
#ifdef _WIN32
    _putenv_s("ORT_DISABLE_TELEMETRY", "1");
#else
    setenv("ORT_DISABLE_TELEMETRY", "1", 1);
#endif
}

}  // namespace

const OrtApi& api() {
    static const OrtApi* const found = OrtGetApiBase()->GetApi(ORT_API_VERSION);
    if (found == nullptr) {
        throw Failure(SSAM_ERROR_ENGINE, std::string("the ONNX Runtime library is too old (") +
                                             OrtGetApiBase()->GetVersionString() + "); version 1." +
                                             std::to_string(ORT_API_VERSION) +
                                             " or newer is needed");
    }
    return *found;
}

OrtEnv* make_environment() {
    static const bool silent = (disable_telemetry(), true);
    static_cast<void>(silent);
    OrtEnv* made = nullptr;
    check(api().CreateEnv(ORT_LOGGING_LEVEL_ERROR, "squeezesam", &made));
    return made;
}

void check(OrtStatus* status) {
    if (status != nullptr) {
        const std::string sentence = first_line(api().GetErrorMessage(status));
        api().ReleaseStatus(status);
        throw Failure(SSAM_ERROR_ENGINE, sentence);
    }
}

}  // namespace ssam_onnxruntime
