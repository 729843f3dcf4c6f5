// Between the C interface and JavaScript: structs become lists of numbers, so that no layout of
// memory has to be known there, and the engine's calls reach a JavaScript object.
#include <emscripten.h>

#include <algorithm>
#include <cstring>

#include "squeezesam/ssam.h"

// The engine of a segmenter, by number; Module.engines is the wrapper's (engines.ts).
EM_JS(void, engine_input,
      (int engine, const char* name, const float* data, int count, const int* shape, int rank),
      { Module.engines.input(engine, name, data, count, shape, rank); });
EM_JS(int, engine_ask, (int engine, const char* program, char* message, int size),
      { return Module.engines.ask(engine, program, message, size); });
EM_JS(int, engine_output,
      (int engine, const char* program, const char* name, float* data, int count, char* message,
       int size),
      { return Module.engines.output(engine, program, name, data, count, message, size); });
EM_JS(void, engine_release, (int engine), { Module.engines.release(engine); });

namespace {

struct Shape {
    int sides[SSAM_MAX_RANK];

    explicit Shape(const ssam_tensor& tensor) {
        std::transform(tensor.shape, tensor.shape + tensor.rank, sides,
                       [](int64_t side) { return static_cast<int>(side); });
    }
};

int number_of(void* user) { return static_cast<int>(reinterpret_cast<intptr_t>(user)); }

ssam_status run(void* user, int32_t, const char* program, const ssam_tensor* inputs,
                int32_t input_count, ssam_tensor* outputs, int32_t output_count, char* message,
                size_t message_size) {
    const int engine = number_of(user);
    const int size = static_cast<int>(message_size);
    for (int32_t i = 0; i < input_count; ++i) {
        const Shape shape(inputs[i]);
        engine_input(engine, inputs[i].name, inputs[i].data, static_cast<int>(inputs[i].count),
                     shape.sides, inputs[i].rank);
    }
    ssam_status status = engine_ask(engine, program, message, size);
    for (int32_t i = 0; status == SSAM_OK && i < output_count; ++i) {
        status = engine_output(engine, program, outputs[i].name, outputs[i].data,
                               static_cast<int>(outputs[i].count), message, size);
    }
    return status;
}

void release(void* user) { engine_release(number_of(user)); }

ssam_image image_of(const uint8_t* data, const double* facts) {
    ssam_image image{};
    image.data = data;
    image.width = static_cast<int32_t>(facts[0]);
    image.height = static_cast<int32_t>(facts[1]);
    image.stride = static_cast<int64_t>(facts[2]);
    image.format = static_cast<int32_t>(facts[3]);
    image.orientation = static_cast<int32_t>(facts[4]);
    image.chroma = facts[5] != 0 ? data + static_cast<size_t>(facts[5]) : nullptr;
    image.chroma_stride = static_cast<int64_t>(facts[6]);
    image.range = static_cast<int32_t>(facts[7]);
    image.matrix = static_cast<int32_t>(facts[8]);
    return image;
}

ssam_predict_options options_of(const double* numbers) {
    ssam_predict_options options = ssam_predict_default_options();
    options.candidate = static_cast<int32_t>(numbers[0]);
    options.keep_largest = static_cast<int32_t>(numbers[1]);
    options.max_hole_area = static_cast<int64_t>(numbers[2]);
    return options;
}

double* write_prompt(const ssam_prompt& prompt, double* out) {
    *out++ = prompt.kind;
    *out++ = prompt.automatic;
    *out++ = prompt.x0;
    *out++ = prompt.y0;
    *out++ = prompt.x1;
    *out++ = prompt.y1;
    return out;
}

}  // namespace

extern "C" {

ssam_status web_segmenter_create(const ssam_bundle* bundle, int engine, ssam_segmenter** made) {
    const ssam_engine joined{reinterpret_cast<void*>(static_cast<intptr_t>(engine)), run, release,
                             0};
    return ssam_segmenter_create(bundle, &joined, made);
}

ssam_status web_oriented_size(const uint8_t* data, const double* facts, int32_t* width,
                              int32_t* height) {
    const ssam_image image = image_of(data, facts);
    return ssam_oriented_size(&image, width, height);
}

ssam_status web_orient(const uint8_t* data, const double* facts, uint8_t* out) {
    const ssam_image image = image_of(data, facts);
    return ssam_orient(&image, out, 0);
}

ssam_status web_resize(const uint8_t* data, const double* facts, int width, int height,
                       uint8_t* out) {
    const ssam_image image = image_of(data, facts);
    return ssam_resize(&image, width, height, out);
}

ssam_status web_set_image(ssam_session* session, const uint8_t* data, const double* facts) {
    const ssam_image image = image_of(data, facts);
    return ssam_session_set_image(session, &image);
}

// threshold, count, area, peak, then x and y of each click: 14 numbers.
ssam_status web_salient_clicks(const uint8_t* heat, int width, int height, double* out) {
    ssam_saliency found{};
    const ssam_status status = ssam_salient_clicks(heat, width, height, 0, &found);
    *out++ = found.threshold;
    *out++ = found.count;
    *out++ = static_cast<double>(found.area);
    *out++ = found.peak;
    for (int i = 0; i < 5; ++i) {
        *out++ = found.x[i];
        *out++ = found.y[i];
    }
    return status;
}

// `holes` may be -1.
ssam_status web_fill_holes(const uint8_t* bitmap, int width, int height, double holes,
                           uint8_t* out) {
    return ssam_bitmap_fill_holes(bitmap, width, height, 0, static_cast<int64_t>(holes), out);
}

ssam_status web_keep_largest(const uint8_t* bitmap, int width, int height, uint8_t* out) {
    return ssam_bitmap_keep_largest(bitmap, width, height, 0, out);
}

ssam_status web_bitmap_contour(const uint8_t* bitmap, int width, int height, double epsilon,
                               ssam_contour** contour) {
    return ssam_bitmap_contour(bitmap, width, height, 0, epsilon, contour);
}

ssam_status web_bitmap_rle_counts(const uint8_t* bitmap, int width, int height, uint32_t* counts,
                                  size_t capacity, size_t* count) {
    return ssam_bitmap_rle_counts(bitmap, width, height, 0, counts, capacity, count);
}

// Gives the points; parent and their number go to `facts`.
const float* web_contour_ring(const ssam_contour* contour, size_t index, int32_t* facts) {
    ssam_ring ring;
    if (ssam_contour_get_ring(contour, index, &ring) != SSAM_OK) {
        return nullptr;
    }
    facts[0] = ring.parent;
    facts[1] = static_cast<int32_t>(ring.count);
    return ring.points;
}

// Six numbers a prompt.
ssam_status web_session_prompts(const ssam_session* session, double* out, size_t capacity,
                                size_t* count) {
    ssam_status status = ssam_session_get_prompts(session, nullptr, 0, count);
    if (status != SSAM_OK || out == nullptr) {
        return status;
    }
    auto* prompts = new ssam_prompt[capacity];
    status = ssam_session_get_prompts(session, prompts, capacity, count);
    for (size_t i = 0; status == SSAM_OK && i < *count; ++i) {
        out = write_prompt(prompts[i], out);
    }
    delete[] prompts;
    return status;
}

ssam_status web_predict(ssam_session* session, const double* options, ssam_mask** mask) {
    const ssam_predict_options given = options_of(options);
    return ssam_session_predict(session, &given, mask);
}

ssam_status web_derive(const ssam_mask* mask, const double* options, ssam_mask** derived) {
    const ssam_predict_options given = options_of(options);
    return ssam_mask_derive(mask, &given, derived);
}

ssam_status web_refine(const ssam_mask* mask, const uint8_t* data, const double* facts,
                       ssam_mask** refined) {
    const ssam_image image = image_of(data, facts);
    return ssam_mask_refine(mask, &image, nullptr, refined);
}

// 15 numbers: size, score, candidate, candidates, area, bounds, prompts, the core's timings.
ssam_status web_mask_numbers(const ssam_mask* mask, double* out) {
    ssam_mask_info info;
    const ssam_status status = ssam_mask_get_info(mask, &info);
    if (status == SSAM_OK) {
        const double numbers[] = {
            double(info.width),      double(info.height),          double(info.score),
            double(info.chosen),     double(info.candidate_count), double(info.area),
            double(info.box_x),      double(info.box_y),           double(info.box_width),
            double(info.box_height), double(info.prompt_count),    info.timings.open,
            info.timings.clicks,     info.timings.prompts,         info.timings.mask};
        std::copy(std::begin(numbers), std::end(numbers), out);
    }
    return status;
}

ssam_status web_mask_prompts(const ssam_mask* mask, double* out) {
    ssam_mask_info info;
    const ssam_status status = ssam_mask_get_info(mask, &info);
    for (size_t i = 0; status == SSAM_OK && i < info.prompt_count; ++i) {
        out = write_prompt(info.prompts[i], out);
    }
    return status;
}

ssam_status web_mask_render(const ssam_mask* mask, int value, uint8_t* out) {
    return ssam_mask_render(mask, static_cast<uint8_t>(value), out, 0);
}

ssam_status web_mask_alpha(const ssam_mask* mask, uint8_t* out) {
    return ssam_mask_render_alpha(mask, nullptr, out, 0);
}

ssam_status web_mask_logits(const ssam_mask* mask, float* out) {
    return ssam_mask_render_logits(mask, out, 0);
}

// `out` NULL: only x, y, width and height of the rectangle.
ssam_status web_mask_cutout(const ssam_mask* mask, const uint8_t* data, const double* facts,
                            int soft, int premultiplied, int crop, int32_t* rect, uint8_t* out) {
    ssam_cutout_options options = ssam_cutout_default_options();
    options.soft = soft;
    options.premultiplied = premultiplied;
    options.crop = crop;
    if (out == nullptr) {
        return ssam_mask_cutout_rect(mask, &options, rect, rect + 1, rect + 2, rect + 3);
    }
    const ssam_image image = image_of(data, facts);
    return ssam_mask_cutout(mask, &image, &options, out, 0);
}

}  // extern "C"
