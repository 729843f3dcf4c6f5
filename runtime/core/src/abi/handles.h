// What the opaque handles of ssam.h are, and how the C calls open them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "abi/alive_mark.h"
#include "base/failure.h"
#include "bundle/bundle.h"
#include "mask/contour.h"
#include "mask/prediction.h"
#include "session/everything.h"
#include "session/mask_store.h"
#include "session/model.h"
#include "session/session.h"
#include "squeezesam/ssam.h"

struct ssam_bundle {
    std::shared_ptr<const ssam::Bundle> bundle;
};

struct ssam_segmenter {
    std::shared_ptr<const ssam::Model> model;
};

struct ssam_session {
    explicit ssam_session(std::shared_ptr<const ssam::Model> model)
        : store(std::make_shared<ssam::MaskStore>()) {
        session.emplace(std::move(model));
    }

    std::optional<ssam::Session> session;  // none once freed
    std::shared_ptr<ssam::MaskStore> store;
    ssam::AliveMark mark;
};

struct ssam_contour {
    struct Ring {
        std::vector<float> points;  // x, y
        int32_t parent;
    };
    std::vector<Ring> rings;
};

struct ssam_regions {
    std::vector<ssam::Region> regions;
};

namespace ssam {

// Hands `count` values to a caller's buffer of `capacity`. `*needed` is written even when the
// buffer is too small; a NULL buffer only asks.
template <typename T>
void hand_out(const T* values, size_t count, T* buffer, size_t capacity, size_t* needed) {
    not_null(needed, "the pointer for the number of entries") = count;
    if (buffer == nullptr) {
        if (capacity != 0) {
            fail(SSAM_ERROR_INVALID_ARGUMENT, "a NULL buffer must have capacity 0");
        }
        return;
    }
    if (capacity < count) {
        fail(SSAM_ERROR_BUFFER_TOO_SMALL, "the buffer holds " + std::to_string(capacity) +
                                              " entries, " + std::to_string(count) + " are needed");
    }
    if (count > 0) {
        std::memcpy(buffer, values, count * sizeof(T));
    }
}

// Text with its NUL; `*length` is without it.
void hand_out_text(const std::string& text, char* buffer, size_t capacity, size_t* length);

// The session behind a handle.
template <typename Handle>
auto& open(Handle* handle) {
    not_null(handle, "session");
    if (kChecksHandles && !handle->mark.alive()) {
        fail(SSAM_ERROR_INVALID_ARGUMENT, "the session was freed: it must not be used again");
    }
    return *handle->session;
}

// Runs `body` on the session unless another thread is inside it.
template <typename Handle, typename Body>
ssam_status in_turn(Handle* handle, Body&& body) noexcept {
    return guarded([&] {
        auto& session = open(handle);
        const Session::Turn turn(session);
        body(session);
    });
}

// Makes a contour handle from a mask.
ssam_contour* make_contour(const RunMask& mask, double epsilon);

}  // namespace ssam
