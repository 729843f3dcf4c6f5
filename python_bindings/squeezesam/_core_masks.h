// The core's masks and their exports as a Python class.
#pragma once

#include <string>

#include "_core_handles.h"

namespace ssam_py {

inline py::dict mask_info(const Mask& mask) {
    const ssam_mask_info& info = mask.info;
    py::dict timings;
    timings["open"] = info.timings.open;
    timings["clicks"] = info.timings.clicks;
    timings["prompts"] = info.timings.prompts;
    timings["mask"] = info.timings.mask;
    timings["total"] = info.timings.total;
    py::dict programs;
    for (int32_t i = 0; i < info.timings.program_count; ++i) {
        programs[info.timings.programs[i].name] = info.timings.programs[i].ms;
    }
    py::list scores;
    for (int32_t i = 0; i < info.candidate_count; ++i) scores.append(info.scores[i]);
    py::dict d;
    d["width"] = info.width;
    d["height"] = info.height;
    d["score"] = info.score;
    d["chosen"] = info.chosen;
    d["scores"] = std::move(scores);
    d["area"] = info.area;
    d["bbox"] = py::make_tuple(info.box_x, info.box_y, info.box_width, info.box_height);
    d["valid_width"] = info.valid_width;
    d["valid_height"] = info.valid_height;
    d["prompts"] = prompt_list(info.prompts, info.prompt_count);
    d["timings"] = std::move(timings);
    d["programs"] = std::move(programs);
    return d;
}

inline py::array mask_array(const Mask& mask) {
    py::array out = new_array<bool>({mask.info.height, mask.info.width});
    uint8_t* data = bytes_of(out);
    check(unlocked([&] { return ssam_mask_render(mask.handle.get(), 1, data, 0); }));
    return out;
}

// `photo`: an array, or None.
inline py::array mask_alpha(const Mask& mask, const py::object& photo) {
    Image source{};
    if (!photo.is_none()) source = as_image(photo.cast<py::array>(), 1, true);
    const ssam_image* image = photo.is_none() ? nullptr : &source.image;
    auto out = new_array<uint8_t>({mask.info.height, mask.info.width});
    uint8_t* data = out.mutable_data();
    check(unlocked([&] { return ssam_mask_render_alpha(mask.handle.get(), image, data, 0); }));
    return out;
}

inline py::array mask_logits(const Mask& mask) {
    auto out = new_array<float>({mask.info.height, mask.info.width});
    float* data = out.mutable_data();
    check(unlocked([&] { return ssam_mask_render_logits(mask.handle.get(), data, 0); }));
    return out;
}

// The network's own logits, without a copy: the array keeps the mask alive.
inline py::array candidate_plane(const py::object& self, int32_t candidate) {
    const auto& mask = self.cast<const Mask&>();
    const float* plane = ssam_mask_get_logits(mask.handle.get(), candidate);
    if (plane == nullptr) raise(SSAM_ERROR_INVALID_ARGUMENT, "there is no such candidate");
    py::array_t<float> view({static_cast<py::ssize_t>(mask.info.plane_height),
                             static_cast<py::ssize_t>(mask.info.plane_width)},
                            plane, self);
    view.attr("flags").attr("writeable") = false;
    return std::move(view);
}

inline std::unique_ptr<Mask> refine(const Mask& mask, const py::array& photo, double radius,
                                    double epsilon) {
    const Image source = as_image(photo, 1, true);
    ssam_refine_options options = ssam_refine_default_options();
    options.radius = radius;
    options.epsilon = epsilon;
    ssam_mask* refined = nullptr;
    check(unlocked(
        [&] { return ssam_mask_refine(mask.handle.get(), &source.image, &options, &refined); }));
    return std::make_unique<Mask>(refined);
}

// RGBA rows of the cut-out and the (x, y) of its first pixel in the photo.
inline py::tuple mask_cutout(const Mask& mask, const py::array& photo, bool soft,
                             bool premultiplied, bool crop) {
    const Image source = as_image(photo, 1, true);
    ssam_cutout_options options = ssam_cutout_default_options();
    options.soft = soft ? 1 : 0;
    options.premultiplied = premultiplied ? 1 : 0;
    options.crop = crop ? 1 : 0;
    int32_t x = 0, y = 0, width = 0, height = 0;
    check(unlocked([&] {
        return ssam_mask_cutout_rect(mask.handle.get(), &options, &x, &y, &width, &height);
    }));
    auto out = new_array<uint8_t>({height, width, 4});
    uint8_t* data = out.mutable_data();
    check(unlocked(
        [&] { return ssam_mask_cutout(mask.handle.get(), &source.image, &options, data, 0); }));
    return py::make_tuple(std::move(out), x, y);
}

inline py::list mask_contour(const Mask& mask, double epsilon) {
    ssam_contour* found = nullptr;
    check(unlocked([&] { return ssam_mask_contour(mask.handle.get(), epsilon, &found); }));
    return rings_of(found);
}

inline py::array mask_rle(const Mask& mask) {
    return sized<uint32_t>([&](uint32_t* counts, size_t capacity, size_t* count) {
        return ssam_mask_rle_counts(mask.handle.get(), counts, capacity, count);
    });
}

inline std::string mask_rle_string(const Mask& mask) {
    size_t length = 0;
    const ssam_status first = ssam_mask_rle_string(mask.handle.get(), nullptr, 0, &length);
    if (first != SSAM_ERROR_BUFFER_TOO_SMALL) check(first);
    std::string text(length + 1, '\0');
    check(ssam_mask_rle_string(mask.handle.get(), text.data(), text.size(), &length));
    text.resize(length);
    return text;
}

inline void add_masks(py::module_& m) {
    using py::arg;
    py::class_<Mask>(m, "Mask", "One prediction: immutable, shareable between threads.")
        .def("info", &mask_info)
        .def("array", &mask_array)
        .def("alpha", &mask_alpha, arg("photo") = py::none())
        .def("logits", &mask_logits)
        .def("plane", &candidate_plane, arg("candidate"))
        .def("derive", &derive, arg("candidate") = -1, arg("keep_largest") = false,
             arg("max_hole_area") = 0)
        .def("refine", &refine, arg("photo"), arg("radius") = 0.0, arg("epsilon") = 0.0)
        .def("cutout", &mask_cutout, arg("photo"), arg("soft") = true, arg("premultiplied") = false,
             arg("crop") = false)
        .def("contour", &mask_contour, arg("epsilon") = 0.0)
        .def("rle", &mask_rle)
        .def("rle_string", &mask_rle_string);
}

}  // namespace ssam_py
