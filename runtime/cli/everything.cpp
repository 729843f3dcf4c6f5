#include "everything.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/stopwatch.h"
#include "complain.h"
#include "failure.h"
#include "model.h"
#include "photo.h"
#include "printable.h"
#include "report.h"
#include "words.h"
#include "writing.h"

namespace cli {
namespace {

constexpr const char* kEverythingHelp =
    R"(usage: ssam everything PHOTO --bundle DIR [options]

Finds every object of a photo: the network is asked at the points of a grid, what it is not sure of
is left out, and of masks that overlap the best one stays. The photo is encoded once. Writes the
masks as COCO run-length encoding, in the form of SA-1B's files; those of `squeezesam everything`.

  PHOTO                  a photo: JPEG, PNG or binary PPM
  --bundle DIR           the model bundle: for onnx, or executorch if built with that engine
  --accept-damaged       use a damaged photo as far as it can be decoded, with a warning
  --points N             N x N points are asked, N up to 256; default 32
  --two-rounds           a quarter as many points a side first; of the rest only what no mask covers
                         yet
  --min-score IOU        least predicted IoU; default 0.88, of our own networks 0.3
  --min-stability SHARE  least share of a mask that stays when the threshold rises from -1 to 1;
                         default 0.95, of our own networks 0.8
  --max-overlap IOU      most that two rectangles may overlap; default 0.7
  --min-area AREA        least number of photo pixels; default 1
  --output FILE          default PHOTO-everything.json in this folder
  --overwrite            replace a result that is there already
  --threads N            threads for one run of a network; default: one per core
  --help

Exit codes: 0 everything done; 1 something failed; 2 the command line makes no sense.
)";

constexpr int32_t kMostPoints = 256;

struct Wanted {
    bool help = false, accept_damaged = false, two_rounds = false, overwrite = false;
    std::string photo, bundle, output;
    int32_t threads = 0;  // 0: the engine's choice
    // None: what suits the bundle.
    std::optional<int32_t> points, min_area;
    std::optional<double> min_score, min_stability, max_overlap;
};

bool take_flag(const std::string& word, Wanted& wanted) {
    const std::pair<const char*, bool*> flags[] = {{"--help", &wanted.help},
                                                   {"-h", &wanted.help},
                                                   {"--accept-damaged", &wanted.accept_damaged},
                                                   {"--two-rounds", &wanted.two_rounds},
                                                   {"--overwrite", &wanted.overwrite}};
    const auto* const found = std::find_if(std::begin(flags), std::end(flags),
                                           [&](const auto& flag) { return word == flag.first; });
    if (found == std::end(flags)) {
        return false;
    }
    *found->second = true;
    return true;
}

bool takes_value(const std::string& option) {
    const char* const known[] = {"--bundle",    "--output",        "--threads",     "--points",
                                 "--min-score", "--min-stability", "--max-overlap", "--min-area"};
    return std::find(std::begin(known), std::end(known), option) != std::end(known);
}

void take_value(const std::string& option, const std::string& value, Wanted& wanted) {
    if (option == "--bundle") {
        wanted.bundle = value;
    } else if (option == "--output") {
        wanted.output = value;
    } else if (option == "--threads") {
        wanted.threads = read_count(option, value, 1);
    } else if (option == "--points") {
        wanted.points = read_count(option, value, 1, kMostPoints);
    } else if (option == "--min-area") {
        wanted.min_area = read_count(option, value, 0);
    } else if (option == "--min-score") {
        wanted.min_score = read_share(option, value);
    } else if (option == "--min-stability") {
        wanted.min_stability = read_share(option, value);
    } else {
        wanted.max_overlap = read_share(option, value);
    }
}

Wanted parse(const std::vector<std::string>& words) {
    Wanted wanted;
    const Grammar grammar{[&](const std::string& word) { return take_flag(word, wanted); },
                          takes_value,
                          [&](const std::string& option, const std::string& value) {
                              take_value(option, value, wanted);
                          }};
    const std::vector<std::string> photos = parse_words(words, grammar);
    if (wanted.help) {
        return wanted;
    }
    if (photos.size() > 1) {
        throw UsageError("unrecognized arguments: " + photos[1] +
                         "; ssam everything takes one photo");
    }
    if (photos.empty() || wanted.bundle.empty()) {
        throw UsageError(std::string("the following arguments are required: ") +
                         (photos.empty() ? "PHOTO" : "--bundle"));
    }
    wanted.photo = photos[0];
    if (wanted.output.empty()) {
        const std::string stem = std::filesystem::path(wanted.photo).stem().string();
        wanted.output = stem + "-everything.json";
    }
    return wanted;
}

struct FreeRegions {
    void operator()(ssam_regions* regions) const { ssam_regions_free(regions); }
};
using Regions = std::unique_ptr<ssam_regions, FreeRegions>;

Regions search(ssam_session* session, const Model& model, const Wanted& wanted) {
    ssam_everything_options options{};
    must(ssam_everything_get_defaults(model.bundle.get(), &options));
    options.two_rounds = wanted.two_rounds ? 1 : 0;
    options.points_per_side = wanted.points.value_or(options.points_per_side);
    options.min_area = wanted.min_area.value_or(static_cast<int32_t>(options.min_area));
    options.min_score = wanted.min_score.value_or(options.min_score);
    options.min_stability = wanted.min_stability.value_or(options.min_stability);
    options.max_overlap = wanted.max_overlap.value_or(options.max_overlap);
    ssam_regions* regions = nullptr;
    must(ssam_session_everything(session, &options, &regions), wanted.photo);
    return Regions(regions);
}

std::string annotation(const ssam_region& region, size_t id, const std::string& size) {
    std::string text = "{\"id\": " + std::to_string(id);
    text += ", \"segmentation\": {\"size\": " + size + ", \"counts\": " + quoted(region.rle) + "}";
    text += ", \"bbox\": [" + std::to_string(region.x) + ", " + std::to_string(region.y) + ", " +
            std::to_string(region.width) + ", " + std::to_string(region.height) + "]";
    text += ", \"area\": " + std::to_string(region.area);
    text += ", \"predicted_iou\": " + rounded(double{region.score}, 5);
    text += ", \"stability_score\": " + rounded(region.stability, 5);
    text += ", \"point_coords\": [[" + rounded(region.prompt.x0, 2) + ", " +
            rounded(region.prompt.y0, 2) + "]]";
    return text + "}";
}

// The members of what `squeezesam everything` writes.
std::string account(const Wanted& wanted, const Model& model, const Photo& photo,
                    const ssam_regions* regions) {
    ssam_bundle_info bundle{};
    must(ssam_bundle_get_info(model.bundle.get(), &bundle));
    const std::string width = std::to_string(photo.width), height = std::to_string(photo.height);
    const std::string size = "[" + height + ", " + width + "]";
    std::string annotations;
    for (size_t i = 0; i < ssam_regions_count(regions); ++i) {
        ssam_region region{};
        must(ssam_regions_get(regions, i, &region));
        annotations += (i > 0 ? ", " : "") + annotation(region, i + 1, size);
    }
    const std::string name = std::filesystem::path(wanted.photo).filename().string();
    return "{\"image\": {\"file_name\": " + quoted(name) + ", \"width\": " + width +
           ", \"height\": " + height + "}, \"bundle\": " + quoted(bundle.name) +
           ", \"annotations\": [" + annotations + "]}\n";
}

}  // namespace

void find_everything(const std::vector<std::string>& words) {
    const Wanted wanted = parse(words);
    if (wanted.help) {
        std::fputs(kEverythingHelp, stdout);
        return;
    }
    const Model model = load_model(wanted.bundle, wanted.threads);
    check_free(wanted.output, wanted.overwrite);
    const ssam::Stopwatch watch;
    const Photo photo = read_photo(wanted.photo, wanted.accept_damaged);
    warn_of_damage(wanted.photo, photo);
    const Session session = open_photo(model, photo, wanted.photo);
    const Regions regions = search(session.get(), model, wanted);
    const double seconds = watch.milliseconds() / 1000;
    const std::string text = account(wanted, model, photo, regions.get());
    write_whole(wanted.output, {text.begin(), text.end()}, wanted.overwrite);
    const size_t count = ssam_regions_count(regions.get());
    std::fputs((printable(wanted.photo) + ": " + std::to_string(photo.width) + "\xC3\x97" +
                std::to_string(photo.height) + ", " + std::to_string(count) +
                (count == 1 ? " object, " : " objects, ") + rounded(seconds, 1) + " s -> " +
                printable(wanted.output) + "\n")
                   .c_str(),
               stdout);
}

}  // namespace cli
