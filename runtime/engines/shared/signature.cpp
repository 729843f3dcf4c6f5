#include "signature.h"

#include "failure.h"

namespace ssam_engines {
namespace {

std::string shape_text(const std::vector<int64_t>& shape) {
    std::string text;
    for (const int64_t side : shape) {
        text += (text.empty() ? "" : "\xC3\x97") + std::to_string(side);  // a multiplication sign
    }
    return text;
}

}  // namespace

void refuse_missing(const Side& side, const std::string& name) {
    throw Failure(SSAM_ERROR_BUNDLE, "the program '" + side.program + "' has no " + side.kind +
                                         " '" + name + "', which the manifest lists");
}

void refuse_unknown_input(const Side& side, const std::string& name) {
    throw Failure(SSAM_ERROR_BUNDLE, "the program '" + side.program + "' needs an input '" + name +
                                         "' that the manifest lacks");
}

void refuse_tensor(const Side& side, const std::string& name, const std::string& why) {
    throw Failure(SSAM_ERROR_BUNDLE, "the " + side.kind + " '" + name + "' of the program '" +
                                         side.program + "' " + why);
}

void check_shape(const Side& side, const std::vector<int64_t>& found,
                 const ssam_tensor_info& promised) {
    const std::vector<int64_t> shape(promised.shape, promised.shape + promised.rank);
    if (found != shape) {
        refuse_tensor(
            side, promised.name,
            "has the shape " + shape_text(found) + ", the manifest says " + shape_text(shape));
    }
}

}  // namespace ssam_engines
