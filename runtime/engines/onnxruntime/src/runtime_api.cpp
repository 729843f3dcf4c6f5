#include "runtime_api.h"

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

void check(OrtStatus* status) {
    if (status != nullptr) {
        const std::string sentence = first_line(api().GetErrorMessage(status));
        api().ReleaseStatus(status);
        throw Failure(SSAM_ERROR_ENGINE, sentence);
    }
}

}  // namespace ssam_onnxruntime
