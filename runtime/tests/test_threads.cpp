// Cancelling, two threads at one session, many sessions of one segmenter.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "fake_engine.h"
#include "manifest_text.h"
#include "runner.h"
#include "squeezesam/ssam.h"

namespace {

using test::disc_photo;
using test::image_of;
using test::Rig;

const std::vector<uint8_t>& photo() {
    static const std::vector<uint8_t> pixels = disc_photo(80, 60, 40, 30, 15);
    return pixels;
}

void open(ssam_session* session) {
    const ssam_image image = image_of(photo(), 80, 60);
    MUST(ssam_session_set_image(session, &image));
}

}  // namespace

TEST("a cancelled prediction stops after its stage, and the session goes on") {
    Rig rig(test::manifest_text());
    open(rig.session);
    ssam_mask* mask = nullptr;
    rig.fake.during = [&](const std::string&) {
        ssam_session_cancel(rig.session);
        ssam_session_cancel(rig.session);  // twice is like once
    };
    MUST_FAIL(ssam_session_predict(rig.session, nullptr, &mask), SSAM_ERROR_CANCELLED, "cancelled");
    CHECK(mask == nullptr);
    CHECK_EQ(rig.fake.heat_runs.load(), 1);
    CHECK_EQ(rig.fake.segment_runs.load(), 0);
    // What "heat" found is kept: only "segment" is left to be cancelled.
    MUST_FAIL(ssam_session_predict(rig.session, nullptr, &mask), SSAM_ERROR_CANCELLED, "cancelled");
    CHECK_EQ(rig.fake.heat_runs.load(), 1);
    CHECK_EQ(rig.fake.segment_runs.load(), 1);
    rig.fake.during = nullptr;
    ssam_session_cancel(rig.session);  // nothing under way: nothing happens
    MUST(ssam_session_predict(rig.session, nullptr, &mask));
    ssam_mask_free(mask);
}

TEST("cancelling from another thread reaches the prediction under way") {
    Rig rig(test::manifest_text());
    open(rig.session);
    std::atomic<bool> inside{false};
    std::atomic<bool> asked{false};
    rig.fake.during = [&](const std::string&) {
        inside = true;
        while (!asked) {
            std::this_thread::yield();
        }
    };
    std::thread other([&] {
        while (!inside) {
            std::this_thread::yield();
        }
        ssam_session_cancel(rig.session);
        asked = true;
    });
    ssam_mask* mask = nullptr;
    CHECK_EQ(ssam_session_predict(rig.session, nullptr, &mask), SSAM_ERROR_CANCELLED);
    other.join();
}

TEST("a second thread is refused while a session is in use") {
    Rig rig(test::manifest_text());
    open(rig.session);
    std::atomic<bool> inside{false};
    std::atomic<bool> checked{false};
    rig.fake.during = [&](const std::string&) {
        inside = true;
        while (!checked) {
            std::this_thread::yield();
        }
    };
    ssam_mask* mask = nullptr;
    std::thread predicting([&] { MUST(ssam_session_predict(rig.session, nullptr, &mask)); });
    while (!inside) {
        std::this_thread::yield();
    }
    size_t count = 0;
    MUST_FAIL(ssam_session_add_point(rig.session, 1, 1, 1), SSAM_ERROR_BUSY, "another thread");
    MUST_FAIL(ssam_session_get_prompts(rig.session, nullptr, 0, &count), SSAM_ERROR_BUSY,
              "another thread");
    checked = true;
    predicting.join();
    CHECK(mask != nullptr);
    ssam_mask_free(mask);
    MUST(ssam_session_add_point(rig.session, 1, 1, 1));
}

TEST("an engine that takes one call at a time gets one call at a time") {
    for (const uint32_t flags : {uint32_t{0}, uint32_t{SSAM_ENGINE_CONCURRENT}}) {
        Rig rig(test::manifest_text(), flags);
        const bool concurrent = flags != 0;
        std::atomic<int> met{0};
        rig.fake.during = [&](const std::string&) {
            // Concurrent: wait until both are inside; else stay a moment, to be met if possible.
            ++met;
            for (int i = 0; concurrent ? met < 2 : i < 200; ++i) {
                std::this_thread::yield();
            }
        };
        std::vector<std::thread> threads;
        std::atomic<int> good{0};
        for (int i = 0; i < 2; ++i) {
            threads.emplace_back([&] {
                ssam_session* session = nullptr;
                MUST(ssam_session_create(rig.segmenter, &session));
                open(session);
                MUST(ssam_session_add_point(session, 40, 30, 1));
                ssam_mask* mask = nullptr;
                MUST(ssam_session_predict(session, nullptr, &mask));
                ssam_mask_info info;
                MUST(ssam_mask_get_info(mask, &info));
                good += info.area > 300 ? 1 : 0;
                ssam_mask_free(mask);
                ssam_session_free(session);
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        CHECK_EQ(good.load(), 2);
        CHECK_EQ(rig.fake.most_inside.load(), concurrent ? 2 : 1);
    }
}

TEST("one mask is read by several threads") {
    Rig rig(test::manifest_text());
    open(rig.session);
    ssam_mask* mask = nullptr;
    MUST(ssam_session_predict(rig.session, nullptr, &mask));
    std::vector<std::vector<uint8_t>> results(4);
    std::vector<std::thread> threads;
    for (std::vector<uint8_t>& result : results) {
        threads.emplace_back([&result, mask] {
            result.resize(80 * 60);
            MUST(ssam_mask_render_alpha(mask, nullptr, result.data(), 0));
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (const std::vector<uint8_t>& result : results) {
        CHECK(result == results[0]);
    }
    ssam_mask_free(mask);
}

TEST("masks are derived and freed by one thread while another one predicts") {
    Rig rig(test::manifest_text());
    open(rig.session);
    MUST(ssam_session_add_point(rig.session, 40, 30, 1));
    std::atomic<ssam_mask*> handed{nullptr};
    std::atomic<bool> done{false};
    std::atomic<int> good{0};
    std::thread other([&] {
        while (!done || handed != nullptr) {
            ssam_mask* mask = handed.exchange(nullptr);
            if (mask == nullptr) {
                std::this_thread::yield();
                continue;
            }
            ssam_mask* derived = nullptr;
            ssam_mask_info info;
            MUST(ssam_mask_derive(mask, nullptr, &derived));
            ssam_mask_free(mask);
            MUST(ssam_mask_get_info(derived, &info));
            good += info.area > 300 ? 1 : 0;
            ssam_mask_free(derived);
        }
    });
    for (int i = 0; i < 30; ++i) {
        ssam_mask* mask = nullptr;
        MUST(ssam_session_predict(rig.session, nullptr, &mask));
        while (handed != nullptr) {
            std::this_thread::yield();
        }
        handed = mask;
    }
    done = true;
    other.join();
    CHECK_EQ(good.load(), 30);
}

TEST("the last error belongs to its thread") {
    uint8_t out[3];
    MUST_FAIL(ssam_resize(nullptr, 1, 1, out), SSAM_ERROR_INVALID_ARGUMENT, "image");
    std::string other = "?";
    std::thread([&] { other = ssam_last_error(); }).join();
    CHECK_EQ(other, std::string());
    CHECK(std::string(ssam_last_error()).find("image") != std::string::npos);
}
