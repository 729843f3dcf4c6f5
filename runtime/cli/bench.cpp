#include "bench.h"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/stopwatch.h"
#include "report.h"

namespace cli {
namespace {

constexpr const char* kStages[] = {"open", "clicks", "prompts", "mask", "total", "render"};

// All runs of one bundle.
struct Times {
    std::map<std::string, std::vector<double>> stages;
    std::vector<std::pair<std::string, std::vector<double>>> programs;  // by index
};

// Nearest rank: the smallest value that so many hundredths do not exceed.
double percentile(const std::vector<double>& sorted, int hundredths) {
    const double rank = std::ceil(hundredths / 100.0 * static_cast<double>(sorted.size()));
    return sorted[static_cast<size_t>(std::max(rank, 1.0)) - 1];
}

// "name": {"p50": ..., ...}; sorts the values.
std::string spread(const std::string& name, std::vector<double>& all) {
    std::sort(all.begin(), all.end());
    return quoted(name) + ": {\"p50\": " + rounded(percentile(all, 50), 3) +
           ", \"p90\": " + rounded(percentile(all, 90), 3) +
           ", \"p99\": " + rounded(percentile(all, 99), 3) + "}";
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
    times.stages["render"].push_back(watch.milliseconds());
    const ssam_timings& ms = info.timings;
    const double stages[] = {ms.open, ms.clicks, ms.prompts, ms.mask, ms.total};
    for (size_t i = 0; i < std::size(stages); ++i) {
        times.stages[kStages[i]].push_back(stages[i]);
    }
    times.programs.resize(static_cast<size_t>(ms.program_count));
    for (size_t i = 0; i < times.programs.size(); ++i) {
        times.programs[i].first = ms.programs[i].name;
        times.programs[i].second.push_back(ms.programs[i].ms);
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
        stages += (stages.empty() ? "" : ", ") + spread(stage, times.stages[stage]);
    }
    std::string programs;
    for (auto& [name, all] : times.programs) {
        programs += (programs.empty() ? "" : ", ") + spread(name, all);
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
           "}, \"programs_ms\": {" + programs +
           "}, \"peak_rss_kib\": " + std::to_string(peak_kib()) + "}\n";
}

}  // namespace cli
