#include "bench.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "base/stopwatch.h"
#include "report.h"

namespace cli {
namespace {

constexpr const char* kStages[] = {"open",      "saliency", "clicks", "planes",
                                   "segmenter", "mask",     "total",  "render"};

using Times = std::map<std::string, std::vector<double>>;

// Nearest rank: the smallest value that so many hundredths do not exceed.
double percentile(const std::vector<double>& sorted, int hundredths) {
    const double rank = std::ceil(hundredths / 100.0 * static_cast<double>(sorted.size()));
    return sorted[static_cast<size_t>(std::max(rank, 1.0)) - 1];
}

void run_once(const Arguments& arguments, const Model& model, const Photo& photo, Times& times) {
    const Session session = open_photo(model, photo, arguments.photo);
    give_prompts(session.get(), arguments);
    const Mask mask = predict(session.get(), photo, arguments);
    ssam_mask_info info{};
    must(ssam_mask_get_info(mask.get(), &info));
    std::vector<uint8_t> bytes(static_cast<size_t>(info.width) * static_cast<size_t>(info.height));
    const ssam::Stopwatch watch;
    must(ssam_mask_render(mask.get(), 255, bytes.data(), 0));
    times["render"].push_back(watch.milliseconds());
    const ssam_timings& ms = info.timings;
    const double stages[] = {ms.open,      ms.saliency, ms.clicks, ms.planes,
                             ms.segmenter, ms.mask,     ms.total};
    for (size_t i = 0; i < std::size(stages); ++i) {
        times[kStages[i]].push_back(stages[i]);
    }
}

int64_t peak_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;  // in KiB on Linux and Android
}

}  // namespace

std::string bench(const Arguments& arguments, const Model& model, const Photo& photo,
                  const Once& once) {
    const ssam::Stopwatch watch;
    must(ssam_segmenter_prewarm(model.segmenter.get()));
    const double prewarm_ms = watch.milliseconds();
    Times times;
    for (int32_t run = 0; run < arguments.bench; ++run) {
        run_once(arguments, model, photo, times);
    }
    ssam_bundle_info bundle{};
    must(ssam_bundle_get_info(model.bundle.get(), &bundle));
    std::string stages;
    for (const char* stage : kStages) {
        std::vector<double>& all = times[stage];
        std::sort(all.begin(), all.end());
        stages += (stages.empty() ? "" : ", ") + quoted(stage) +
                  ": {\"p50\": " + rounded(percentile(all, 50), 3) +
                  ", \"p90\": " + rounded(percentile(all, 90), 3) +
                  ", \"p99\": " + rounded(percentile(all, 99), 3) + "}";
    }
    return "{\"bundle\": " + quoted(bundle.name) + ", \"engine\": " + quoted(model.engine) +
           ", \"engine_version\": " + quoted(model.engine_version) +
           ", \"threads\": " + std::to_string(arguments.threads) +
           ", \"photo\": " + quoted(arguments.photo) +
           ", \"width\": " + std::to_string(photo.width) +
           ", \"height\": " + std::to_string(photo.height) +
           ", \"runs\": " + std::to_string(arguments.bench) +
           ", \"once_ms\": {\"load\": " + rounded(once.load_ms, 3) +
           ", \"decode\": " + rounded(once.decode_ms, 3) +
           ", \"prewarm\": " + rounded(prewarm_ms, 3) + "}, \"stages_ms\": {" + stages +
           "}, \"peak_rss_kib\": " + std::to_string(peak_kib()) + "}\n";
}

}  // namespace cli
