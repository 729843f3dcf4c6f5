// Every object of a photo: ssam_session_everything for Python.
#pragma once

#include <memory>
#include <vector>

#include "_core_handles.h"

namespace ssam_py {

using Corners = py::array_t<double, py::array::c_style | py::array::forcecast>;

inline py::dict everything_defaults(const Bundle* bundle) {
    ssam_everything_options options{};
    check(
        ssam_everything_get_defaults(bundle == nullptr ? nullptr : bundle->handle.get(), &options));
    py::dict d;
    d["points_per_side"] = options.points_per_side;
    d["min_score"] = options.min_score;
    d["min_stability"] = options.min_stability;
    d["max_overlap"] = options.max_overlap;
    d["min_area"] = options.min_area;
    return d;
}

// A Python callable that is told of every prompt; what it raises stops the search and is raised on.
struct Tick {
    const py::object& told;
    ssam_session* session;
    std::unique_ptr<py::error_already_set> raised{};

    static void call(void* user, int64_t done, int64_t total) {
        Tick& self = *static_cast<Tick*>(user);
        {
            py::gil_scoped_acquire acquired;
            try {
                self.told(done, total);
                return;
            } catch (py::error_already_set& error) {
                self.raised = std::make_unique<py::error_already_set>(error);
            }
        }
        ssam_session_cancel(self.session);
    }
};

inline py::list regions_of(ssam_regions* regions) {
    const std::unique_ptr<ssam_regions, Deleter<ssam_regions, ssam_regions_free>> owned(regions);
    py::list list;
    for (size_t i = 0; i < ssam_regions_count(regions); ++i) {
        ssam_region one{};
        check(ssam_regions_get(regions, i, &one));
        const ssam_prompt& at = one.prompt;
        const py::tuple asked = at.kind == SSAM_PROMPT_BOX
                                    ? py::tuple(py::make_tuple(at.x0, at.y0, at.x1, at.y1))
                                    : py::tuple(py::make_tuple(at.x0, at.y0));
        list.append(py::make_tuple(py::str(one.rle, one.rle_length),
                                   py::make_tuple(one.x, one.y, one.width, one.height), one.area,
                                   one.score, one.stability, asked));
    }
    return list;
}

// `boxes`: Nx4, or None for the grid.
inline py::list everything(Session& session, int32_t points_per_side, bool two_rounds,
                           double min_score, double min_stability, double max_overlap,
                           int64_t min_area, const py::object& boxes, const py::object& tick) {
    ssam_everything_options options{};
    options.points_per_side = points_per_side;
    options.two_rounds = two_rounds ? 1 : 0;
    options.min_score = min_score;
    options.min_stability = min_stability;
    options.max_overlap = max_overlap;
    options.min_area = min_area;
    Corners corners;
    const double none = 0;
    if (!boxes.is_none()) {
        corners = boxes.cast<Corners>();
        if (corners.ndim() != 2 || corners.shape(1) != 4) {
            raise(SSAM_ERROR_INVALID_ARGUMENT, "boxes are x0, y0, x1, y1 each");
        }
        options.box_count = static_cast<size_t>(corners.shape(0));
        options.boxes = options.box_count > 0 ? corners.data() : &none;
    }
    Tick told{tick, session.handle.get()};
    options.tick = &Tick::call;
    options.user = &told;
    ssam_regions* found = nullptr;
    const ssam_status status =
        unlocked([&] { return ssam_session_everything(session.handle.get(), &options, &found); });
    if (told.raised) {
        ssam_regions_free(found);
        throw py::error_already_set(*told.raised);
    }
    check_engine_call(status);
    return regions_of(found);
}

inline void add_everything(py::module_& m) {
    using py::arg;
    m.def("everything_defaults", &everything_defaults, arg("bundle").none(true),
          "What suits a bundle's networks; SAM's numbers for None.");
    m.def("everything", &everything, arg("session"), arg("points_per_side"), arg("two_rounds"),
          arg("min_score"), arg("min_stability"), arg("max_overlap"), arg("min_area"), arg("boxes"),
          arg("tick"),
          "Every object of the photo: (COCO run lengths, bounds, area, score, stability, prompt).");
}

}  // namespace ssam_py
