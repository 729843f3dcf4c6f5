// Any text as manifest.json: refused with a sentence, or a bundle whose facts can be read.
#include <cstring>

#include "fuzz_input.h"
#include "squeezesam/ssam.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    ssam_bundle* bundle = nullptr;
    const auto* text = reinterpret_cast<const char*>(data);
    const ssam_status status = ssam_bundle_parse(size == 0 ? "" : text, size, &bundle);
    if (status != SSAM_OK) {
        fuzz::must(status == SSAM_ERROR_BUNDLE || status == SSAM_ERROR_BUNDLE_VERSION,
                   "a bad manifest is an error of the bundle");
        fuzz::must(std::strlen(ssam_last_error()) > 0, "a refusal comes with a sentence");
        fuzz::must(bundle == nullptr, "no handle without success");
        return 0;
    }
    ssam_bundle_info info;
    fuzz::must(ssam_bundle_get_info(bundle, &info) == SSAM_OK, "a bundle has facts");
    fuzz::must(info.manifest_size == size, "the whole text is kept");
    fuzz::must(info.input_width > 0 && info.mask_width > 0 && info.candidate_count > 0,
               "sizes are positive");
    fuzz::must(info.program_count > 0 && info.program_count <= SSAM_MAX_PROGRAMS,
               "a bundle has programs");
    for (int32_t program = 0; program < info.program_count; ++program) {
        ssam_program_info found;
        fuzz::must(ssam_bundle_get_program(bundle, program, &found) == SSAM_OK, "by its index");
        int32_t index = -1;
        fuzz::must(ssam_bundle_find_program(bundle, found.name, &index) == SSAM_OK, "by its name");
        fuzz::must(index == program, "a name leads to its program");
        for (int32_t i = 0; i < found.input_count; ++i) {
            fuzz::must(std::strlen(found.inputs[i].name) > 0, "a tensor has a name");
            fuzz::must(std::strlen(found.inputs[i].source) > 0, "an input has a source");
        }
    }
    ssam_bundle_free(bundle);
    return 0;
}
