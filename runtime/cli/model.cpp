#include "model.h"

#include "engine.h"

namespace cli {

Model load_model(const std::string& folder, int32_t threads) {
    Model model;
    ssam_bundle* bundle = nullptr;
    must(ssam_bundle_open(folder.c_str(), 0, &bundle));
    model.bundle.reset(bundle);
    const Engine made = make_engine(bundle, threads);
    model.engine = made.name;
    model.engine_version = made.version;
    ssam_segmenter* segmenter = nullptr;
    if (ssam_segmenter_create(bundle, &made.engine, &segmenter) != SSAM_OK) {
        made.engine.release(made.engine.user);
        throw Failure(ssam_last_error());
    }
    model.segmenter.reset(segmenter);
    return model;
}

Session open_photo(const Model& model, const Photo& photo, const std::string& name) {
    ssam_session* session = nullptr;
    must(ssam_session_create(model.segmenter.get(), &session));
    Session owned(session);
    const ssam_image image = photo.image();
    must(ssam_session_set_image(session, &image), name);
    return owned;
}

void give_prompts(ssam_session* session, const Arguments& arguments) {
    const std::string& name = arguments.photo;
    if (arguments.random_clicks) {
        must(ssam_session_set_automatic(session, SSAM_AUTOMATIC_RANDOM,
                                        static_cast<uint32_t>(*arguments.random_clicks)),
             name);
    }
    if (arguments.box) {
        const Box& box = *arguments.box;
        must(ssam_session_set_box(session, box.x0, box.y0, box.x1, box.y1), name);
    }
    for (const Point& point : arguments.points) {
        must(ssam_session_add_point(session, point.x, point.y, 1), name);
    }
    for (const Point& point : arguments.negatives) {
        must(ssam_session_add_point(session, point.x, point.y, 0), name);
    }
}

Mask predict(ssam_session* session, const Photo& photo, const Arguments& arguments) {
    ssam_predict_options options = ssam_predict_default_options();
    options.candidate = arguments.candidate;
    options.keep_largest = arguments.keep_largest ? 1 : 0;
    options.max_hole_area = arguments.max_hole_area;
    ssam_mask* mask = nullptr;
    must(ssam_session_predict(session, &options, &mask), arguments.photo);
    Mask predicted(mask);
    if (!arguments.refine) {
        return predicted;
    }
    const ssam_image image = photo.image();
    ssam_mask* refined = nullptr;
    must(ssam_mask_refine(predicted.get(), &image, nullptr, &refined), arguments.photo);
    return Mask(refined);
}

}  // namespace cli
