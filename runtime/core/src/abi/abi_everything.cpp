// ssam.h: everything.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "abi/handles.h"

using ssam::guarded;
using ssam::not_null;

namespace {

void check_share(double value, const char* name) {
    if (!(value >= 0 && value <= 1)) {
        ssam::fail(SSAM_ERROR_INVALID_ARGUMENT,
                   std::string(name) + " is " + ssam::number(value) + ", not between 0 and 1");
    }
}

void fill_defaults(const ssam::Manifest& manifest, ssam_everything_options& options) {
    const ssam::EverythingSettings settings;
    const ssam::RegionLimits limits = ssam::own_limits(manifest);
    options = {};
    options.points_per_side = settings.points_per_side;
    options.min_score = limits.min_score;
    options.min_stability = limits.min_stability;
    options.max_overlap = limits.max_overlap;
    options.min_area = limits.min_area;
}

ssam::EverythingSettings check_options(const ssam_everything_options& options) {
    if (options.points_per_side < 1 || options.points_per_side > SSAM_MAX_SIDE) {
        ssam::fail(SSAM_ERROR_INVALID_ARGUMENT, "a grid has 1 to " + std::to_string(SSAM_MAX_SIDE) +
                                                    " points a side, not " +
                                                    std::to_string(options.points_per_side));
    }
    if (options.two_rounds != 0 && options.two_rounds != 1) {
        ssam::fail(SSAM_ERROR_INVALID_ARGUMENT, "two_rounds must be 0 or 1");
    }
    check_share(options.min_score, "min_score");
    check_share(options.min_stability, "min_stability");
    check_share(options.max_overlap, "max_overlap");
    if (options.boxes == nullptr && options.box_count != 0) {
        ssam::fail(SSAM_ERROR_INVALID_ARGUMENT, "boxes must not be NULL where there are some");
    }
    ssam::EverythingSettings settings;
    settings.points_per_side = options.points_per_side;
    settings.two_rounds = options.two_rounds == 1;
    settings.limits = {options.min_score, options.min_stability, options.max_overlap,
                       options.min_area};
    if (options.tick != nullptr) {
        settings.tick = [tick = options.tick, user = options.user](int64_t done, int64_t total) {
            tick(user, done, total);
        };
    }
    return settings;
}

std::vector<ssam::Corners> corners(const ssam_everything_options& options) {
    std::vector<ssam::Corners> all;
    all.reserve(options.box_count);
    for (size_t i = 0; i < options.box_count; ++i) {
        const double* const at = options.boxes + 4 * i;
        all.push_back({at[0], at[1], at[2], at[3]});
    }
    return all;
}

}  // namespace

ssam_status ssam_everything_get_defaults(const ssam_bundle* bundle,
                                         ssam_everything_options* options) {
    return guarded([&] {
        const ssam::Manifest none;
        fill_defaults(bundle != nullptr ? bundle->bundle->manifest : none,
                      not_null(options, "options"));
    });
}

ssam_status ssam_session_everything(ssam_session* session, const ssam_everything_options* options,
                                    ssam_regions** regions) {
    return ssam::in_turn(session, [&](ssam::Session& s) {
        not_null(regions, "regions");
        ssam_everything_options used;
        fill_defaults(s.manifest(), used);
        if (options != nullptr) {
            used = *options;
        }
        ssam::EverythingSettings settings = check_options(used);
        const std::vector<ssam::Corners> boxes = corners(used);
        if (used.boxes != nullptr) {
            settings.boxes = &boxes;
        }
        *regions = new ssam_regions{ssam::everything(s, settings)};
    });
}

size_t ssam_regions_count(const ssam_regions* regions) {
    return regions == nullptr ? 0 : regions->regions.size();
}

ssam_status ssam_regions_get(const ssam_regions* regions, size_t index, ssam_region* region) {
    return guarded([&] {
        const std::vector<ssam::Region>& all = not_null(regions, "regions").regions;
        if (index >= all.size()) {
            ssam::fail(SSAM_ERROR_INVALID_ARGUMENT, "there is no region " + std::to_string(index));
        }
        const ssam::Region& one = all[index];
        ssam_region filled{};
        filled.area = one.area;
        filled.x = one.bounds.x;
        filled.y = one.bounds.y;
        filled.width = one.bounds.width;
        filled.height = one.bounds.height;
        filled.score = one.score;
        filled.stability = one.stability;
        filled.prompt = one.prompt;
        filled.rle = one.rle.c_str();
        filled.rle_length = one.rle.size();
        not_null(region, "region") = filled;
    });
}

void ssam_regions_free(ssam_regions* regions) { delete regions; }
