// The core's handles as Python classes: Bundle, Segmenter, Session, Mask.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "_core_engine.h"
#include "_core_support.h"

namespace ssam_py {

template <typename T, void (*Free)(T*)>
struct Deleter {
    void operator()(T* handle) const { Free(handle); }
};

struct Bundle {
    std::unique_ptr<ssam_bundle, Deleter<ssam_bundle, ssam_bundle_free>> handle;
};
struct Segmenter {
    std::unique_ptr<ssam_segmenter, Deleter<ssam_segmenter, ssam_segmenter_free>> handle;
};
struct Session {
    std::unique_ptr<ssam_session, Deleter<ssam_session, ssam_session_free>> handle;
};
struct Mask {
    std::unique_ptr<ssam_mask, Deleter<ssam_mask, ssam_mask_free>> handle;
    ssam_mask_info info{};

    explicit Mask(ssam_mask* mask) : handle(mask) { check(ssam_mask_get_info(mask, &info)); }
};

inline Bundle open_bundle(const std::string& folder, bool sizes_only) {
    ssam_bundle* bundle = nullptr;
    const uint32_t flags = sizes_only ? SSAM_BUNDLE_SIZES_ONLY : 0;
    check_reading([&] { return ssam_bundle_open(folder.c_str(), flags, &bundle); });
    Bundle result;
    result.handle.reset(bundle);
    return result;
}

inline Bundle parse_bundle(std::string_view json) {
    ssam_bundle* bundle = nullptr;
    check(ssam_bundle_parse(json.data(), json.size(), &bundle));
    Bundle result;
    result.handle.reset(bundle);
    return result;
}

inline py::dict bundle_info(const Bundle& bundle) {
    ssam_bundle_info info{};
    check(ssam_bundle_get_info(bundle.handle.get(), &info));
    py::dict d;
    d["name"] = info.name;
    d["licence"] = info.licence;
    d["preset"] = info.preset;
    d["backend"] = info.backend;
    d["precision"] = info.precision;
    d["target"] = info.target_name;
    d["schema_version"] = info.schema_version;
    d["input_width"] = info.input_width;
    d["input_height"] = info.input_height;
    d["mask_width"] = info.mask_width;
    d["mask_height"] = info.mask_height;
    d["candidate_count"] = info.candidate_count;
    d["max_points"] = info.max_points;
    d["negative_points"] = (info.capabilities & SSAM_CAN_NEGATIVE_POINTS) != 0;
    d["box"] = (info.capabilities & SSAM_CAN_BOX) != 0;
    d["automatic"] = (info.capabilities & SSAM_CAN_AUTOMATIC) != 0;
    d["previous_mask"] = (info.capabilities & SSAM_CAN_PREVIOUS_MASK) != 0;
    d["click_radius"] = info.click_radius;
    d["box_default"] = info.box_default;
    d["tensor_bytes"] = info.tensor_bytes;
    d["manifest"] = py::str(info.manifest, info.manifest_size);
    return d;
}

inline py::list tensors(const ssam_tensor_info* infos, int32_t count) {
    py::list list;
    for (int32_t i = 0; i < count; ++i) {
        py::tuple shape(infos[i].rank);
        for (int32_t axis = 0; axis < infos[i].rank; ++axis) {
            shape[static_cast<size_t>(axis)] = infos[i].shape[axis];
        }
        list.append(
            py::make_tuple(infos[i].name, std::move(shape), infos[i].source, infos[i].role));
    }
    return list;
}

inline py::dict program_info(const ssam_program_info& info) {
    py::dict d;
    // As the system spells it: a folder's name need not be valid UTF-8.
    d["name"] = info.name;
    d["runs"] = info.runs == SSAM_RUNS_PHOTO ? "photo" : "prompt";
    d["path"] = py::reinterpret_steal<py::object>(PyUnicode_DecodeFSDefault(info.path));
    d["file_size"] = info.file_size;
    d["macs"] = info.macs;
    d["inputs"] = tensors(info.inputs, info.input_count);
    d["outputs"] = tensors(info.outputs, info.output_count);
    return d;
}

inline py::list bundle_programs(const Bundle& bundle) {
    py::list list;
    for (int32_t i = 0; i < ssam_bundle_program_count(bundle.handle.get()); ++i) {
        ssam_program_info info{};
        check(ssam_bundle_get_program(bundle.handle.get(), i, &info));
        list.append(program_info(info));
    }
    return list;
}

inline Segmenter create_segmenter(const Bundle& bundle, py::object run, bool concurrent) {
    auto callable = std::make_unique<py::object>(std::move(run));
    ssam_engine engine{};
    engine.user = callable.get();
    engine.run = &run_python_engine;
    engine.release = &release_python_engine;
    engine.flags = concurrent ? SSAM_ENGINE_CONCURRENT : 0;
    ssam_segmenter* segmenter = nullptr;
    check_reading([&] { return ssam_segmenter_create(bundle.handle.get(), &engine, &segmenter); });
    callable.release();  // the core's now; it calls release_python_engine
    Segmenter result;
    result.handle.reset(segmenter);
    return result;
}

inline Session create_session(const Segmenter& segmenter) {
    ssam_session* session = nullptr;
    check(ssam_session_create(segmenter.handle.get(), &session));
    Session result;
    result.handle.reset(session);
    return result;
}

inline py::list prompt_list(const ssam_prompt* prompts, size_t count) {
    static const char* const kinds[] = {"background", "foreground", "box"};
    py::list list;
    for (const ssam_prompt* p = prompts; p != prompts + count; ++p) {
        list.append(py::make_tuple(kinds[p->kind], p->x0, p->y0, p->x1, p->y1, p->automatic != 0));
    }
    return list;
}

inline py::list session_prompts(const Session& session) {
    size_t count = 0;
    const ssam_status first = ssam_session_get_prompts(session.handle.get(), nullptr, 0, &count);
    if (first != SSAM_ERROR_BUFFER_TOO_SMALL) check(first);
    std::vector<ssam_prompt> prompts(count);
    check(ssam_session_get_prompts(session.handle.get(), prompts.data(), count, &count));
    return prompt_list(prompts.data(), count);
}

inline py::list automatic_clicks(Session& session) {
    ssam_prompt clicks[5];
    size_t count = 0;
    check_engine_call(
        unlocked([&] { return ssam_session_get_automatic(session.handle.get(), clicks, &count); }));
    return prompt_list(clicks, count);
}

inline ssam_predict_options predict_options(int32_t candidate, bool keep_largest,
                                            int64_t max_hole_area) {
    ssam_predict_options options = ssam_predict_default_options();
    options.candidate = candidate;
    options.keep_largest = keep_largest ? 1 : 0;
    options.max_hole_area = max_hole_area;
    return options;
}

inline std::unique_ptr<Mask> predict(Session& session, int32_t candidate, bool keep_largest,
                                     int64_t max_hole_area) {
    const auto options = predict_options(candidate, keep_largest, max_hole_area);
    ssam_mask* mask = nullptr;
    check_engine_call(
        unlocked([&] { return ssam_session_predict(session.handle.get(), &options, &mask); }));
    return std::make_unique<Mask>(mask);
}

inline std::unique_ptr<Mask> derive(const Mask& mask, int32_t candidate, bool keep_largest,
                                    int64_t max_hole_area) {
    const auto options = predict_options(candidate, keep_largest, max_hole_area);
    ssam_mask* derived = nullptr;
    check(unlocked([&] { return ssam_mask_derive(mask.handle.get(), &options, &derived); }));
    return std::make_unique<Mask>(derived);
}

inline void add_handles(py::module_& m) {
    using py::arg;
    py::class_<Bundle>(m, "Bundle", "A verified model bundle.")
        .def(py::init(&open_bundle), arg("folder"), arg("sizes_only") = false)
        .def_static("parse", &parse_bundle, arg("json"), "A manifest alone; no file is looked at.")
        .def(
            "recheck",
            [](const Bundle& self, bool sizes_only) {
                const uint32_t flags = sizes_only ? SSAM_BUNDLE_SIZES_ONLY : 0;
                check_reading([&] { return ssam_bundle_recheck(self.handle.get(), flags); });
            },
            arg("sizes_only") = false, "Is the folder still what was opened?")
        .def("info", &bundle_info)
        .def("programs", &bundle_programs, "Every program, in the order in which they run.");
    m.def(
        "set_tensor_limit", [](int64_t bytes) { check(ssam_set_tensor_limit(bytes)); },
        arg("bytes"), "The most bytes that the tensors of one bundle's programs may take.");
    py::class_<Segmenter>(m, "Segmenter", "A bundle joined to an engine.")
        .def(py::init(&create_segmenter), arg("bundle"), arg("run"), arg("concurrent"))
        .def("prewarm", [](const Segmenter& self) {
            check_engine_call(unlocked([&] { return ssam_segmenter_prewarm(self.handle.get()); }));
        });
}

inline void add_sessions(py::module_& m) {
    using py::arg;
    py::class_<Session>(m, "Session", "One photo and its prompts.")
        .def(py::init(&create_session), arg("segmenter"))
        .def(
            "set_image",
            [](Session& self, const py::array& pixels, int32_t orientation) {
                const Image source = as_image(pixels, orientation, true);
                check(unlocked(
                    [&] { return ssam_session_set_image(self.handle.get(), &source.image); }));
            },
            arg("pixels"), arg("orientation") = 1)
        .def_property_readonly("size",
                               [](const Session& self) {
                                   int32_t width = 0, height = 0;
                                   check(ssam_session_get_size(self.handle.get(), &width, &height));
                                   return py::make_tuple(width, height);
                               })
        .def(
            "add_point",
            [](Session& self, double x, double y, bool foreground) {
                check(ssam_session_add_point(self.handle.get(), x, y, foreground ? 1 : 0));
            },
            arg("x"), arg("y"), arg("foreground") = true)
        .def(
            "set_box",
            [](Session& self, double x0, double y0, double x1, double y1) {
                check(ssam_session_set_box(self.handle.get(), x0, y0, x1, y1));
            },
            arg("x0"), arg("y0"), arg("x1"), arg("y1"))
        .def("undo",
             [](Session& self) {
                 int32_t undone = 0;
                 check(ssam_session_undo(self.handle.get(), &undone));
                 return undone != 0;
             })
        .def("clear", [](Session& self) { check(ssam_session_clear(self.handle.get())); })
        .def("prompts", &session_prompts)
        .def(
            "set_automatic",
            [](Session& self, bool random, uint32_t seed) {
                const int32_t how = random ? SSAM_AUTOMATIC_RANDOM : SSAM_AUTOMATIC_CENTRES;
                check(ssam_session_set_automatic(self.handle.get(), how, seed));
            },
            arg("random"), arg("seed") = 0)
        .def("automatic", &automatic_clicks)
        .def("predict", &predict, arg("candidate") = -1, arg("keep_largest") = false,
             arg("max_hole_area") = 0)
        .def("cancel", [](Session& self) {
            unlocked([&] {
                ssam_session_cancel(self.handle.get());
                return SSAM_OK;
            });
        });
    m.def(
        "on_cancel", &on_cancel, arg("stop"),
        "Inside an engine's run: what to call when the call it belongs to is cancelled, or None.");
}

}  // namespace ssam_py
