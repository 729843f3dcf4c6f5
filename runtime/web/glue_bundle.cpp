// What a manifest says, as texts and lists of numbers: see glue.cpp.
#include <algorithm>
#include <iterator>

#include "squeezesam/ssam.h"

namespace {

const ssam_tensor_info& tensor_of(const ssam_program_info& info, int index) {
    return index < info.input_count ? info.inputs[index] : info.outputs[index - info.input_count];
}

}  // namespace

extern "C" {

// name, licence, preset, backend, precision, target
const char* web_bundle_text(const ssam_bundle* bundle, int which) {
    ssam_bundle_info info;
    if (ssam_bundle_get_info(bundle, &info) != SSAM_OK) {
        return "";
    }
    const char* const texts[] = {info.name,    info.licence,   info.preset,
                                 info.backend, info.precision, info.target_name};
    return texts[which];
}

// 11 numbers.
ssam_status web_bundle_numbers(const ssam_bundle* bundle, double* out) {
    ssam_bundle_info info;
    const ssam_status status = ssam_bundle_get_info(bundle, &info);
    if (status == SSAM_OK) {
        const double numbers[] = {
            double(info.schema_version), double(info.input_width),  double(info.input_height),
            double(info.mask_width),     double(info.mask_height),  double(info.candidate_count),
            double(info.max_points),     double(info.capabilities), info.click_radius,
            double(info.box_default),    double(info.program_count)};
        std::copy(std::begin(numbers), std::end(numbers), out);
    }
    return status;
}

// name, path
const char* web_program_text(const ssam_bundle* bundle, int index, int which) {
    ssam_program_info info;
    if (ssam_bundle_get_program(bundle, index, &info) != SSAM_OK) {
        return "";
    }
    return which == 0 ? info.name : info.path;
}

// runs, file size, macs, number of inputs and of outputs
ssam_status web_program_numbers(const ssam_bundle* bundle, int index, double* out) {
    ssam_program_info info;
    const ssam_status status = ssam_bundle_get_program(bundle, index, &info);
    if (status == SSAM_OK) {
        const double numbers[] = {double(info.runs), static_cast<double>(info.file_size),
                                  static_cast<double>(info.macs), double(info.input_count),
                                  double(info.output_count)};
        std::copy(std::begin(numbers), std::end(numbers), out);
    }
    return status;
}

// The tensors of a program in order, inputs first. name, source, role
const char* web_tensor_text(const ssam_bundle* bundle, int index, int tensor, int which) {
    ssam_program_info info;
    if (ssam_bundle_get_program(bundle, index, &info) != SSAM_OK) {
        return "";
    }
    const ssam_tensor_info& found = tensor_of(info, tensor);
    const char* const texts[] = {found.name, found.source, found.role};
    return texts[which];
}

// Gives the rank; writes as many sides.
int web_tensor_shape(const ssam_bundle* bundle, int index, int tensor, double* out) {
    ssam_program_info info;
    if (ssam_bundle_get_program(bundle, index, &info) != SSAM_OK) {
        return 0;
    }
    const ssam_tensor_info& found = tensor_of(info, tensor);
    std::transform(found.shape, found.shape + found.rank, out,
                   [](int64_t side) { return static_cast<double>(side); });
    return found.rank;
}

}  // extern "C"
