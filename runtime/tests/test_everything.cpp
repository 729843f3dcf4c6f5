// Every object of a photo: what is asked, what is kept, and how the search ends early.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "fake_engine.h"
#include "manifest_text.h"
#include "mask/suppression.h"
#include "pipeline_engine.h"
#include "runner.h"
#include "squeezesam/ssam.h"

namespace {

using test::Rig;

struct Regions {
    ~Regions() { ssam_regions_free(found); }
    ssam_region at(size_t index) const {
        ssam_region region{};
        MUST(ssam_regions_get(found, index, &region));
        return region;
    }
    ssam_regions* found = nullptr;
};

ssam_everything_options options_of(const ssam_bundle* bundle) {
    ssam_everything_options options{};
    MUST(ssam_everything_get_defaults(bundle, &options));
    return options;
}

double overlap(const ssam::Rect& a, const ssam::Rect& b) {
    int both = 0, either = 0;
    for (int y = 0; y < 32; ++y) {
        for (int x = 0; x < 32; ++x) {
            const auto inside = [&](const ssam::Rect& r) {
                return x >= r.x && x < r.x + r.width && y >= r.y && y < r.y + r.height;
            };
            both += inside(a) && inside(b) ? 1 : 0;
            either += inside(a) || inside(b) ? 1 : 0;
        }
    }
    return static_cast<double>(both) / either;
}

}  // namespace

TEST("a thing on a plain ground is found once, with the score of its surest mask") {
    Rig rig(test::manifest_text());
    test::open_disc(rig);
    rig.fake.scores = {0.89f, 0.95f, 0.9f, 0.1f};
    ssam_everything_options options = options_of(rig.bundle);
    options.points_per_side = 4;
    options.min_stability = 0;
    Regions regions;
    MUST(ssam_session_everything(rig.session, &options, &regions.found));
    CHECK_EQ(rig.fake.segment_runs.load(), 16);
    CHECK_EQ(rig.fake.heat_runs.load(), 0);
    REQUIRE(ssam_regions_count(regions.found) >= 1);
    const ssam_region best = regions.at(0);
    CHECK_EQ(best.score, 0.95f);
    CHECK_EQ(best.prompt.kind, SSAM_PROMPT_FOREGROUND);
    // The disc of radius 30 round (100, 50), at a quarter of the input's resolution.
    CHECK(std::abs(best.x - 70) < 8 && std::abs(best.y - 20) < 8);
    CHECK(std::abs(best.width - 60) < 12 && std::abs(best.height - 60) < 12);
    CHECK_EQ(best.rle_length, std::strlen(best.rle));
    std::vector<uint32_t> counts(4096);
    size_t count = 0;
    MUST(ssam_rle_from_string(best.rle, best.rle_length, counts.data(), counts.size(), &count));
    int64_t area = 0;
    for (size_t i = 1; i < count; i += 2) {
        area += counts[i];
    }
    CHECK_EQ(area, best.area);
    MUST_FAIL(ssam_regions_get(regions.found, 99, nullptr), SSAM_ERROR_INVALID_ARGUMENT,
              "no region 99");
}

TEST("the session's own prompts, masks and automatic clicks are as before") {
    Rig rig(test::manifest_text());
    test::open_disc(rig);
    MUST(ssam_session_add_point(rig.session, 30, 20, 1));
    MUST(ssam_session_add_point(rig.session, 1, 1, 0));
    ssam_everything_options options = options_of(nullptr);
    options.points_per_side = 2;
    Regions regions;
    MUST(ssam_session_everything(rig.session, &options, &regions.found));
    size_t count = 0;
    ssam_prompt prompts[4];
    MUST(ssam_session_get_prompts(rig.session, prompts, 4, &count));
    CHECK_EQ(count, size_t{2});
    int32_t undone = 0;
    MUST(ssam_session_undo(rig.session, &undone));
    MUST(ssam_session_get_prompts(rig.session, prompts, 4, &count));
    CHECK_EQ(count, size_t{1});
    CHECK_EQ(prompts[0].x0, 30.0);
}

TEST("an encoder runs once for all points, and a last mask is not built on") {
    test::PipelineRig rig(test::split_manifest());
    ssam_everything_options options = options_of(nullptr);
    options.points_per_side = 5;
    Regions regions;
    MUST(ssam_session_everything(rig.session, &options, &regions.found));
    CHECK_EQ(rig.fake.runs["encode"], 1);
    CHECK_EQ(rig.fake.runs["decode"], 25);
    CHECK_EQ(rig.fake.seen("decode.has_mask")[0], 0.0f);
}

TEST("a cancellation between two points ends the search, and nothing is handed out") {
    Rig rig(test::manifest_text());
    test::open_disc(rig);
    ssam_everything_options options = options_of(nullptr);
    options.tick = [](void* session, int64_t done, int64_t total) {
        CHECK_EQ(total, int64_t{1024});
        if (done == 3) {
            ssam_session_cancel(static_cast<ssam_session*>(session));
        }
    };
    options.user = rig.session;
    Regions regions;
    MUST_FAIL(ssam_session_everything(rig.session, &options, &regions.found), SSAM_ERROR_CANCELLED,
              "cancelled");
    CHECK(regions.found == nullptr);
    CHECK_EQ(rig.fake.segment_runs.load(), 3);
    options.tick = nullptr;
    options.points_per_side = 1;
    MUST(ssam_session_everything(rig.session, &options, &regions.found));
}

TEST("senseless options, boxes and handles are refused by name") {
    Rig rig(test::manifest_text());
    Regions regions;
    MUST_FAIL(ssam_session_everything(rig.session, nullptr, &regions.found), SSAM_ERROR_STATE,
              "no photo yet");
    test::open_disc(rig);
    const ssam_everything_options good = options_of(rig.bundle);
    const auto refused = [&](const ssam_everything_options& options, const char* words) {
        MUST_FAIL(ssam_session_everything(rig.session, &options, &regions.found),
                  SSAM_ERROR_INVALID_ARGUMENT, words);
    };
    for (const int32_t side : {0, -1, SSAM_MAX_SIDE + 1}) {
        ssam_everything_options options = good;
        options.points_per_side = side;
        refused(options, "points a side, not");
    }
    ssam_everything_options options = good;
    options.min_score = 1.5;
    refused(options, "min_score is 1.5, not between 0 and 1");
    options = good;
    options.max_overlap = std::numeric_limits<double>::quiet_NaN();
    refused(options, "max_overlap is nan");
    options = good;
    options.two_rounds = 2;
    refused(options, "two_rounds must be 0 or 1");
    options = good;
    options.box_count = 1;
    refused(options, "boxes must not be NULL");
    const double inverted[] = {50, 50, 10, 90};
    options.boxes = inverted;
    MUST_FAIL(ssam_session_everything(rig.session, &options, &regions.found), SSAM_ERROR_PROMPT,
              "inverted");
    MUST_FAIL(ssam_session_everything(rig.session, &good, nullptr), SSAM_ERROR_INVALID_ARGUMENT,
              "regions must not be NULL");
    CHECK(regions.found == nullptr);
    CHECK_EQ(ssam_regions_count(nullptr), size_t{0});
    ssam_regions_free(nullptr);
}

TEST("the limits are SAM's, and lower for our own networks") {
    const auto of_family = [](const char* name) {
        return test::replaced(test::manifest_text(), "\"model\": {",
                              std::string("\"model\": {\"family\": \"") + name + "\", ");
    };
    Rig sams(of_family("mobilesam"));
    CHECK_EQ(options_of(sams.bundle).min_score, 0.88);
    CHECK_EQ(options_of(nullptr).min_stability, 0.95);
    Rig ours(of_family("squeezesam"));
    CHECK_EQ(options_of(ours.bundle).min_score, 0.3);
    CHECK_EQ(options_of(ours.bundle).min_stability, 0.8);
    CHECK_EQ(options_of(ours.bundle).points_per_side, 32);
}

TEST("suppression is that of its definition") {
    std::mt19937 random(20260);
    const auto below = [&](unsigned limit) { return static_cast<int>(random() % limit); };
    for (int round = 0; round < 200; ++round) {
        std::vector<ssam::Scored> all(static_cast<size_t>(below(14)));
        for (ssam::Scored& one : all) {
            one = {{below(20), below(20), 1 + below(12), 1 + below(12)},
                   static_cast<float>(below(6)) / 5};
        }
        const double limit = 0.05 + 0.3 * below(4);
        std::vector<size_t> wanted;
        std::vector<size_t> order;
        for (int step = 5; step >= 0; --step) {
            for (size_t i = 0; i < all.size(); ++i) {
                if (all[i].score == static_cast<float>(step) / 5) {
                    order.push_back(i);
                }
            }
        }
        for (const size_t i : order) {
            if (std::none_of(wanted.begin(), wanted.end(), [&](size_t better) {
                    return overlap(all[i].bounds, all[better].bounds) > limit;
                })) {
                wanted.push_back(i);
            }
        }
        CHECK(ssam::suppress(all, limit) == wanted);
    }
}

TEST("stability is the share that a stricter threshold leaves, where the photo is") {
    const float logits[] = {2, 0.5f, 9, -0.5f, -2, 9, 9, 9, 9};
    CHECK_EQ(ssam::stability({logits, 3, 3, 2, 2}, {2, 2}), 1.0 / 3);
    const float nothing[] = {-3, -3};
    CHECK_EQ(ssam::stability({nothing, 2, 1, 2, 1}, {2, 1}), 0.0);
}
