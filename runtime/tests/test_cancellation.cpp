// ssam_run_on_cancel: how an engine hears that its run is no longer wanted.
#include <atomic>
#include <string>
#include <thread>

#include "fake_engine.h"
#include "manifest_text.h"
#include "runner.h"
#include "squeezesam/ssam.h"

namespace {

void note(void* calls) { ++*static_cast<std::atomic<int>*>(calls); }

ssam_status predict(test::Rig& rig) {
    ssam_mask* mask = nullptr;
    const ssam_status status = ssam_session_predict(rig.session, nullptr, &mask);
    ssam_mask_free(mask);
    return status;
}

}  // namespace

TEST("an engine hears of a cancellation while it runs") {
    test::Rig rig(test::manifest_text());
    test::open_disc(rig);
    std::atomic<int> calls{0};
    std::atomic<bool> running{false};
    rig.fake.during = [&](const std::string&) {
        ssam_run_on_cancel(note, &calls);
        running = true;
        while (calls == 0) {
            std::this_thread::yield();
        }
    };
    rig.fake.answer = SSAM_ERROR_ENGINE;  // as ONNX Runtime answers when it is told to stop
    std::thread other([&] {
        while (!running) {
            std::this_thread::yield();
        }
        ssam_session_cancel(rig.session);
    });
    CHECK_EQ(predict(rig), SSAM_ERROR_CANCELLED);
    other.join();
    CHECK_EQ(calls.load(), 1);
    // Its run is over: nobody is told, and the session works as before.
    ssam_session_cancel(rig.session);
    CHECK_EQ(calls.load(), 1);
    rig.fake.during = nullptr;
    rig.fake.answer = SSAM_OK;
    CHECK_EQ(predict(rig), SSAM_OK);
}

TEST("an engine that listens late is told at once") {
    test::Rig rig(test::manifest_text());
    test::open_disc(rig);
    std::atomic<int> calls{0};
    rig.fake.during = [&](const std::string&) {
        ssam_session_cancel(rig.session);
        ssam_run_on_cancel(note, &calls);
        ssam_session_cancel(rig.session);  // it knows already
    };
    CHECK_EQ(predict(rig), SSAM_ERROR_CANCELLED);
    CHECK_EQ(calls.load(), 1);
}

TEST("an engine may take back what it asked to be told, and outside of a run nobody is told") {
    test::Rig rig(test::manifest_text());
    test::open_disc(rig);
    std::atomic<int> calls{0};
    rig.fake.during = [&](const std::string&) {
        ssam_run_on_cancel(note, &calls);
        ssam_run_on_cancel(nullptr, nullptr);
        ssam_session_cancel(rig.session);
    };
    CHECK_EQ(predict(rig), SSAM_ERROR_CANCELLED);
    ssam_run_on_cancel(note, &calls);
    ssam_session_cancel(rig.session);
    CHECK_EQ(calls.load(), 0);
    // No session, nothing to cancel: a warm-up runs through.
    rig.fake.during = [&](const std::string&) { ssam_run_on_cancel(note, &calls); };
    CHECK_EQ(ssam_segmenter_prewarm(rig.segmenter), SSAM_OK);
    CHECK_EQ(calls.load(), 0);
}
