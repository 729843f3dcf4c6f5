// ssam.h: mask and contour.
#include <cmath>
#include <memory>
#include <string>

#include "abi/handles.h"
#include "mask/cutout.h"
#include "mask/mask_rows.h"
#include "mask/matte.h"
#include "mask/refinement.h"
#include "mask/rle.h"

using ssam::guarded;
using ssam::not_null;

namespace {

const ssam::Mask& open_mask(const ssam_mask* handle) { return not_null(handle, "mask").mask; }

bool is_set(int32_t option, const char* name) {
    if (option != 0 && option != 1) {
        ssam::fail(SSAM_ERROR_INVALID_ARGUMENT, std::string(name) + " must be 0 or 1");
    }
    return option == 1;
}

// Checks `out` and gives the distance of its rows.
ptrdiff_t rows_of(const ssam::RunMask& mask, const void* out, int64_t stride) {
    not_null(static_cast<const char*>(out), "out");
    return ssam::check_stride(stride, mask.width(), mask.height());
}

// The photo that a mask was made from, by its size.
ssam::ImageView check_photo(const ssam::Mask& mask, const ssam_image* photo) {
    const ssam::ImageView image = ssam::check_image(photo);
    const ssam::Size size = mask.prediction()->photo;
    if (image.upright_width() != size.width || image.upright_height() != size.height) {
        ssam::fail(SSAM_ERROR_PHOTO, "the photo is " + std::to_string(image.upright_width()) + "x" +
                                         std::to_string(image.upright_height()) + ", its mask " +
                                         std::to_string(size.width) + "x" +
                                         std::to_string(size.height) +
                                         ": not the photo this mask was made from");
    }
    return image;
}

// Another mask of the same session, filled by `fill`.
template <typename Fill>
ssam_mask* make_mask(const std::shared_ptr<ssam::MaskStore>& store, Fill&& fill) {
    std::unique_ptr<ssam_mask> made = store->take_mask();
    try {
        fill(made->mask);
    } catch (...) {
        store->give_back(std::move(made));
        throw;
    }
    made->store = store;
    return made.release();
}

ssam::RefineSettings check_refine_options(const ssam_refine_options& options) {
    if (!(options.radius >= 0 && options.radius <= ssam::kMaxRadius)) {
        ssam::fail(SSAM_ERROR_INVALID_ARGUMENT,
                   "the radius must be 0 to " + ssam::number(ssam::kMaxRadius) + " mask pixels");
    }
    if (!(options.epsilon >= 0 && options.epsilon <= 255)) {
        ssam::fail(SSAM_ERROR_INVALID_ARGUMENT, "epsilon must be 0 to 255 levels");
    }
    return {options.radius > 0 ? options.radius : ssam::kDefaultRadius,
            options.epsilon > 0 ? options.epsilon : ssam::kDefaultEpsilon};
}

ssam::CutoutSettings check_cutout_options(const ssam_cutout_options* given) {
    const ssam_cutout_options options = given != nullptr ? *given : ssam_cutout_default_options();
    return {is_set(options.soft, "soft"), is_set(options.premultiplied, "premultiplied"),
            is_set(options.crop, "crop")};
}

}  // namespace

void ssam_mask_free(ssam_mask* mask) {
    if (mask != nullptr) {
        const std::shared_ptr<ssam::MaskStore> store = std::move(mask->store);
        store->give_back(std::unique_ptr<ssam_mask>(mask));
    }
}

ssam_status ssam_mask_get_info(const ssam_mask* handle, ssam_mask_info* info) {
    return guarded([&] {
        const ssam::Mask& mask = open_mask(handle);
        const ssam::Prediction& prediction = *mask.prediction();
        const ssam::Rect box = mask.runs().bounds();
        ssam_mask_info filled{};
        filled.width = prediction.photo.width;
        filled.height = prediction.photo.height;
        filled.score = prediction.scores[static_cast<size_t>(mask.chosen())];
        filled.chosen = mask.chosen();
        filled.candidate_count = static_cast<int32_t>(prediction.scores.size());
        filled.scores = prediction.scores.data();
        filled.area = mask.runs().area();
        filled.box_x = box.x;
        filled.box_y = box.y;
        filled.box_width = box.width;
        filled.box_height = box.height;
        filled.plane_width = prediction.plane.width;
        filled.plane_height = prediction.plane.height;
        filled.valid_width = prediction.valid_width;
        filled.valid_height = prediction.valid_height;
        filled.prompt_count = prediction.prompts.size();
        filled.prompts = prediction.prompts.data();
        filled.timings = prediction.timings;
        filled.timings.program_count = static_cast<int32_t>(prediction.programs.size());
        filled.timings.programs = prediction.programs.data();
        filled.timings.mask = mask.milliseconds();
        filled.timings.total += mask.milliseconds();
        not_null(info, "info") = filled;
    });
}

ssam_status ssam_mask_derive(const ssam_mask* handle, const ssam_predict_options* options,
                             ssam_mask** derived) {
    return guarded([&] {
        not_null(derived, "derived");
        const ssam::Mask& mask = open_mask(handle);
        ssam::Upsampler upsampler;
        *derived = make_mask(handle->store, [&](ssam::Mask& made) {
            made.choose(mask.prediction(),
                        options != nullptr ? *options : ssam_predict_default_options(), upsampler);
        });
    });
}

ssam_refine_options ssam_refine_default_options(void) {
    ssam_refine_options options{};
    options.radius = ssam::kDefaultRadius;
    options.epsilon = ssam::kDefaultEpsilon;
    return options;
}

ssam_status ssam_mask_refine(const ssam_mask* handle, const ssam_image* photo,
                             const ssam_refine_options* options, ssam_mask** refined) {
    return guarded([&] {
        not_null(refined, "refined");
        const ssam::Mask& mask = open_mask(handle);
        const ssam::ImageView image = check_photo(mask, photo);
        const ssam_refine_options used =
            options != nullptr ? *options : ssam_refine_default_options();
        auto refinement = ssam::make_refinement(mask, image, check_refine_options(used));
        *refined = make_mask(handle->store,
                             [&](ssam::Mask& made) { made.refine(mask, std::move(refinement)); });
    });
}

const float* ssam_mask_get_logits(const ssam_mask* handle, int32_t candidate) {
    if (handle == nullptr || candidate < 0) {
        return nullptr;
    }
    const ssam::Prediction& prediction = *handle->mask.prediction();
    return static_cast<size_t>(candidate) < prediction.scores.size()
               ? prediction.view(candidate).data
               : nullptr;
}

ssam_status ssam_mask_render(const ssam_mask* handle, uint8_t value, uint8_t* out, int64_t stride) {
    return guarded([&] {
        const ssam::RunMask& runs = open_mask(handle).runs();
        ssam::render(runs, value, out, rows_of(runs, out, stride));
    });
}

ssam_status ssam_mask_render_logits(const ssam_mask* handle, float* out, int64_t stride) {
    return guarded([&] {
        const ssam::Mask& mask = open_mask(handle);
        const ptrdiff_t step = rows_of(mask.runs(), out, stride);
        ssam::check_stride(int64_t{step} * int64_t{sizeof(float)}, 0, mask.runs().height());
        ssam::MaskRows rows(mask);
        for (int y = 0; y < mask.runs().height(); ++y) {
            rows.write_row(y, out + y * step);
        }
    });
}

ssam_status ssam_mask_render_alpha(const ssam_mask* handle, const ssam_image* photo, uint8_t* out,
                                   int64_t stride) {
    return guarded([&] {
        const ssam::Mask& mask = open_mask(handle);
        const ptrdiff_t step = rows_of(mask.runs(), out, stride);
        if (photo != nullptr) {
            ssam::write_matte(mask, check_photo(mask, photo), out, step);
            return;
        }
        ssam::CertaintyRows rows(mask);
        for (int y = 0; y < mask.runs().height(); ++y) {
            rows.write(y, out + y * step);
        }
    });
}

ssam_cutout_options ssam_cutout_default_options(void) {
    ssam_cutout_options options{};
    options.soft = 1;
    return options;
}

ssam_status ssam_mask_cutout_rect(const ssam_mask* handle, const ssam_cutout_options* options,
                                  int32_t* x, int32_t* y, int32_t* width, int32_t* height) {
    return guarded([&] {
        not_null(x, "x");
        not_null(y, "y");
        not_null(width, "width");
        not_null(height, "height");
        const ssam::Rect rect = ssam::cutout_rect(open_mask(handle), check_cutout_options(options));
        *x = rect.x;
        *y = rect.y;
        *width = rect.width;
        *height = rect.height;
    });
}

ssam_status ssam_mask_cutout(const ssam_mask* handle, const ssam_image* photo,
                             const ssam_cutout_options* options, uint8_t* out, int64_t stride) {
    return guarded([&] {
        const ssam::Mask& mask = open_mask(handle);
        const ssam::ImageView image = check_photo(mask, photo);
        not_null(out, "out");
        const ssam::CutoutSettings settings = check_cutout_options(options);
        const ssam::Rect rect = ssam::cutout_rect(mask, settings);
        const ptrdiff_t step = ssam::check_stride(stride, int64_t{rect.width} * 4, rect.height);
        ssam::write_cutout(mask, image, rect, settings, out, step);
    });
}

ssam_status ssam_mask_rle_counts(const ssam_mask* handle, uint32_t* counts, size_t capacity,
                                 size_t* count) {
    return guarded([&] {
        const std::vector<uint32_t> all = ssam::rle_counts(open_mask(handle).runs());
        ssam::hand_out(all.data(), all.size(), counts, capacity, count);
    });
}

ssam_status ssam_mask_rle_string(const ssam_mask* handle, char* out, size_t capacity,
                                 size_t* length) {
    return guarded([&] {
        const std::vector<uint32_t> all = ssam::rle_counts(open_mask(handle).runs());
        ssam::hand_out_text(ssam::rle_to_string(all.data(), all.size()), out, capacity, length);
    });
}

ssam_status ssam_mask_contour(const ssam_mask* handle, double epsilon, ssam_contour** contour) {
    return guarded([&] {
        not_null(contour, "contour");
        *contour = ssam::make_contour(open_mask(handle).runs(), epsilon);
    });
}

size_t ssam_contour_ring_count(const ssam_contour* contour) {
    return contour == nullptr ? 0 : contour->rings.size();
}

ssam_status ssam_contour_get_ring(const ssam_contour* contour, size_t index, ssam_ring* ring) {
    return guarded([&] {
        const ssam_contour& from = not_null(contour, "contour");
        if (index >= from.rings.size()) {
            ssam::fail(SSAM_ERROR_INVALID_ARGUMENT, "there is no ring " + std::to_string(index));
        }
        const ssam_contour::Ring& found = from.rings[index];
        not_null(ring, "ring") = {found.points.data(), found.points.size() / 2, found.parent};
    });
}

void ssam_contour_free(ssam_contour* contour) { delete contour; }
