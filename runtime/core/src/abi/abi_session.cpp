// ssam.h: session.
#include <array>
#include <memory>
#include <mutex>
#include <utility>

#include "abi/handles.h"

using ssam::guarded;
using ssam::in_turn;
using ssam::not_null;

namespace {

// The last sessions that were freed, emptied: as long as a handle lies here, its memory is not
// given to anything else, and using it again is found out.
class Morgue {
 public:
    void add(std::unique_ptr<ssam_session> session) {
        const std::lock_guard<std::mutex> lock(mutex_);
        std::swap(kept_[next_], session);
        next_ = (next_ + 1) % kept_.size();
    }

 private:
    std::mutex mutex_;
    std::array<std::unique_ptr<ssam_session>, 256> kept_;
    size_t next_ = 0;
};

}  // namespace

ssam_predict_options ssam_predict_default_options(void) {
    ssam_predict_options options{};
    options.candidate = -1;
    return options;
}

ssam_status ssam_session_create(const ssam_segmenter* segmenter, ssam_session** session) {
    return guarded([&] {
        not_null(session, "session");
        const auto& from = not_null(segmenter, "segmenter").model;
        *session = new ssam_session(from);
    });
}

void ssam_session_free(ssam_session* session) {
    if (session == nullptr) {
        return;
    }
    if (!ssam::kChecksHandles) {
        session->store->close();
        delete session;
        return;
    }
    if (!session->mark.end()) {
        ssam::remember(SSAM_ERROR_INVALID_ARGUMENT, "the session was freed twice");
        return;
    }
    static Morgue morgue;
    session->store->close();
    session->session.reset();
    session->store.reset();
    morgue.add(std::unique_ptr<ssam_session>(session));
}

ssam_status ssam_session_set_image(ssam_session* session, const ssam_image* image) {
    return in_turn(session, [&](ssam::Session& s) { s.set_image(ssam::check_image(image)); });
}

ssam_status ssam_session_get_size(const ssam_session* session, int32_t* width, int32_t* height) {
    return in_turn(session, [&](const ssam::Session& s) {
        not_null(width, "width");
        not_null(height, "height");
        const ssam::Size size = s.photo();
        *width = size.width;
        *height = size.height;
    });
}

ssam_status ssam_session_add_point(ssam_session* session, double x, double y, int32_t foreground) {
    return in_turn(session, [&](ssam::Session& s) {
        if (foreground != 0 && foreground != 1) {
            ssam::fail(SSAM_ERROR_INVALID_ARGUMENT, "foreground must be 0 or 1");
        }
        s.add_point(x, y, foreground == 1);
    });
}

ssam_status ssam_session_set_box(ssam_session* session, double x0, double y0, double x1,
                                 double y1) {
    return in_turn(session, [&](ssam::Session& s) { s.set_box(x0, y0, x1, y1); });
}

ssam_status ssam_session_undo(ssam_session* session, int32_t* undone) {
    return in_turn(session, [&](ssam::Session& s) {
        const bool done = s.undo();
        if (undone != nullptr) {
            *undone = done ? 1 : 0;
        }
    });
}

ssam_status ssam_session_clear(ssam_session* session) {
    return in_turn(session, [](ssam::Session& s) { s.clear(); });
}

ssam_status ssam_session_get_prompts(const ssam_session* session, ssam_prompt* prompts,
                                     size_t capacity, size_t* count) {
    return in_turn(session, [&](const ssam::Session& s) {
        const std::vector<ssam_prompt> all = s.prompts();
        ssam::hand_out(all.data(), all.size(), prompts, capacity, count);
    });
}

ssam_status ssam_session_set_automatic(ssam_session* session, int32_t how, uint32_t seed) {
    return in_turn(session, [&](ssam::Session& s) {
        if (how != SSAM_AUTOMATIC_CENTRES && how != SSAM_AUTOMATIC_RANDOM) {
            ssam::fail(SSAM_ERROR_INVALID_ARGUMENT,
                       "automatic clicks are centres (0) or random (1)");
        }
        s.set_automatic({how == SSAM_AUTOMATIC_RANDOM, seed});
    });
}

ssam_status ssam_session_get_automatic(ssam_session* session, ssam_prompt* clicks, size_t* count) {
    return in_turn(session, [&](ssam::Session& s) {
        not_null(clicks, "clicks");
        not_null(count, "count");
        const std::vector<ssam_prompt> found = s.automatic_clicks();
        ssam::hand_out(found.data(), found.size(), clicks, 5, count);
    });
}

ssam_status ssam_session_predict(ssam_session* session, const ssam_predict_options* options,
                                 ssam_mask** mask) {
    return in_turn(session, [&](ssam::Session& s) {
        not_null(mask, "mask");
        const auto& store = session->store;
        std::unique_ptr<ssam_mask> handle = store->take_mask();
        try {
            s.predict(options != nullptr ? *options : ssam_predict_default_options(),
                      store->take_prediction(), handle->mask);
        } catch (...) {
            store->give_back(std::move(handle));
            throw;
        }
        handle->store = store;
        *mask = handle.release();
    });
}

void ssam_run_on_cancel(void (*stop)(void*), void* context) {
    ssam::Cancellation::on_cancel(stop, context);
}

void ssam_session_cancel(ssam_session* session) {
    // Not a failure: there is nothing that could fail.
    if (session != nullptr && (!ssam::kChecksHandles || session->mark.alive())) {
        session->session->cancel();
    }
}
