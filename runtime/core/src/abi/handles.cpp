#include "abi/handles.h"

#include <cmath>

namespace ssam {

void hand_out_text(const std::string& text, char* buffer, size_t capacity, size_t* length) {
    size_t with_nul = 0;
    not_null(length, "length") = text.size();
    hand_out(text.c_str(), text.size() + 1, buffer, capacity, &with_nul);
}

ssam_contour* make_contour(const RunMask& mask, double epsilon) {
    if (!(epsilon >= 0) || !std::isfinite(epsilon)) {
        fail(SSAM_ERROR_INVALID_ARGUMENT,
             "epsilon must be 0 or a positive number of pixels, not " + number(epsilon));
    }
    auto handle = std::make_unique<ssam_contour>();
    for (const Ring& ring : simplify(trace_contour(mask), epsilon)) {
        ssam_contour::Ring lent{{}, ring.parent};
        lent.points.reserve(2 * ring.corners.size());
        for (const Corner& corner : ring.corners) {
            lent.points.push_back(static_cast<float>(corner.x));
            lent.points.push_back(static_cast<float>(corner.y));
        }
        handle->rings.push_back(std::move(lent));
    }
    return handle.release();
}

}  // namespace ssam
