#include "prompts/saliency.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "mask/components.h"
#include "mask/runs.h"

namespace ssam {
namespace {

struct Blob {
    int peak = -1;
    int64_t peak_count = 0;
    int64_t area = 0;

    bool more_salient_than(const Blob& other) const {
        return std::tie(peak, peak_count, area) >
               std::tie(other.peak, other.peak_count, other.area);
    }
};

// Sums over some of the blob's pixels; the centre of mass is (x / count, y / count).
struct Mass {
    int64_t count = 0;
    int64_t x = 0;
    int64_t y = 0;

    // Pixels begin ... end - 1 of a row.
    void add(int64_t begin, int64_t end, int64_t row) {
        if (begin < end) {
            count += end - begin;
            x += (begin + end - 1) * (end - begin) / 2;
            y += row * (end - begin);
        }
    }
};

struct Pixel {
    int64_t x;
    int64_t y;
};

// floor(sum / count + 0.5), exact.
int64_t rounded(int64_t sum, int64_t count) { return (2 * sum + count) / (2 * count); }

// ceil(sum / count), exact: the first column (row) that is not left of (above) the centre.
int64_t ceiled(int64_t sum, int64_t count) { return (sum + count - 1) / count; }

// A run of the chosen blob in row y.
struct BlobRun {
    int y;
    Run run;
};

bool contains(const std::vector<BlobRun>& blob, Pixel pixel) {
    for (const BlobRun& part : blob) {
        if (part.y == pixel.y && part.run.begin <= pixel.x && pixel.x < part.run.end) {
            return true;
        }
    }
    return false;
}

// The pixel of the blob nearest to the centre of `mass`; ties: raster order.
Pixel nearest(const std::vector<BlobRun>& blob, const Mass& mass) {
    const int64_t column = rounded(mass.x, mass.count);
    Pixel best{0, 0};
    int64_t best_distance = 0;
    bool found = false;
    const auto consider = [&](int64_t x, int64_t y) {
        // count * squared distance, less what all pixels share; whole numbers, so ties are ties.
        const int64_t distance = mass.count * (x * x + y * y) - 2 * (x * mass.x + y * mass.y);
        if (!found || distance < best_distance) {
            best = {x, y};
            best_distance = distance;
            found = true;
        }
    };
    for (const BlobRun& part : blob) {
        // Within a row the nearest columns are those beside the centre, or the run's near end.
        const int64_t last = part.run.end - 1;
        for (int64_t x = column - 1; x <= column + 1; ++x) {
            consider(x < part.run.begin ? part.run.begin : (x > last ? last : x), part.y);
        }
    }
    return best;
}

void add_click(const std::vector<BlobRun>& blob, const Mass& mass, ssam_saliency& result) {
    if (mass.count == 0) {
        return;
    }
    const auto i = static_cast<size_t>(result.count++);
    const Pixel pixel{rounded(mass.x, mass.count), rounded(mass.y, mass.count)};
    if (contains(blob, pixel)) {
        result.x[i] = static_cast<double>(mass.x) / static_cast<double>(mass.count);
        result.y[i] = static_cast<double>(mass.y) / static_cast<double>(mass.count);
    } else {
        const Pixel moved = nearest(blob, mass);
        result.x[i] = static_cast<double>(moved.x);
        result.y[i] = static_cast<double>(moved.y);
    }
}

void add_clicks(const std::vector<BlobRun>& blob, ssam_saliency& result) {
    Mass all;
    for (const BlobRun& part : blob) {
        all.add(part.run.begin, part.run.end, part.y);
    }
    const int64_t split_x = ceiled(all.x, all.count);
    const int64_t split_y = ceiled(all.y, all.count);
    Mass quarters[4];
    for (const BlobRun& part : blob) {
        Mass* const half = quarters + (part.y < split_y ? 0 : 2);
        half[0].add(part.run.begin, std::min<int64_t>(part.run.end, split_x), part.y);
        half[1].add(std::max<int64_t>(part.run.begin, split_x), part.run.end, part.y);
    }
    add_click(blob, all, result);
    for (const Mass& quarter : quarters) {
        add_click(blob, quarter, result);
    }
}

// The next number of splitmix64.
uint64_t next_random(uint64_t& state) {
    state += 0x9e3779b97f4a7c15u;
    uint64_t mixed = state;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
}

// Pixel number `index` of the blob in raster order.
Pixel pixel_at(const std::vector<BlobRun>& blob, int64_t index) {
    for (const BlobRun& part : blob) {
        const int64_t length = part.run.end - part.run.begin;
        if (index < length) {
            return {part.run.begin + index, part.y};
        }
        index -= length;
    }
    return {0, 0};  // not reached: the index is less than the area
}

void draw_clicks(const std::vector<BlobRun>& blob, uint32_t seed, ssam_saliency& result) {
    constexpr int64_t kDrawn = 3;
    uint64_t state = seed;
    std::vector<int64_t> drawn;
    while (static_cast<int64_t>(drawn.size()) < std::min(kDrawn, result.area)) {
        const auto index =
            static_cast<int64_t>(next_random(state) % static_cast<uint64_t>(result.area));
        if (std::find(drawn.begin(), drawn.end(), index) != drawn.end()) {
            continue;
        }
        drawn.push_back(index);
        const Pixel pixel = pixel_at(blob, index);
        const auto i = static_cast<size_t>(result.count++);
        result.x[i] = static_cast<double>(pixel.x);
        result.y[i] = static_cast<double>(pixel.y);
    }
}

RunMask above(const uint8_t* heat, int width, int height, ptrdiff_t stride, int threshold) {
    RunMask mask(width, height);
    for (int y = 0; y < height; ++y) {
        const uint8_t* row = heat + y * stride;
        for (int x = 0; x < width; ++x) {
            const int begin = x;
            while (x < width && row[x] > threshold) {
                ++x;
            }
            mask.add(begin, x);
        }
        mask.finish_row();
    }
    return mask;
}

// The number of the most salient piece; the first of equals in raster order.
size_t most_salient(const RunMask& mask, const Pieces& pieces, const uint8_t* heat,
                    ptrdiff_t stride, ssam_saliency& result) {
    std::vector<Blob> blobs(pieces.count);
    for (int y = 0; y < mask.height(); ++y) {
        const uint8_t* row = heat + y * stride;
        for (size_t i = mask.row_begin(y); i < mask.row_end(y); ++i) {
            const Run& run = mask.runs()[i];
            Blob& blob = blobs[pieces.of_run[i]];
            blob.area += run.end - run.begin;
            for (int x = run.begin; x < run.end; ++x) {
                if (row[x] > blob.peak) {
                    blob.peak = row[x];
                    blob.peak_count = 0;
                }
                blob.peak_count += row[x] == blob.peak ? 1 : 0;
            }
        }
    }
    size_t best = 0;
    for (size_t i = 1; i < blobs.size(); ++i) {
        if (blobs[i].more_salient_than(blobs[best])) {
            best = i;
        }
    }
    result.peak = blobs[best].peak;
    result.area = blobs[best].area;
    return best;
}

}  // namespace

ssam_saliency salient_clicks(const uint8_t* heat, int width, int height, ptrdiff_t stride,
                             const ClickChoice& choice) {
    Histogram histogram{};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            ++histogram[heat[y * stride + x]];
        }
    }
    ssam_saliency result{};
    result.threshold = otsu_threshold(histogram);
    if (result.threshold < 0) {
        result.peak = heat[0];
        return result;
    }
    const RunMask mask = above(heat, width, height, stride, result.threshold);
    const Pieces pieces = find_pieces(mask, Neighbours::kEight);
    const size_t chosen = most_salient(mask, pieces, heat, stride, result);
    std::vector<BlobRun> blob;
    for (int y = 0; y < height; ++y) {
        for (size_t i = mask.row_begin(y); i < mask.row_end(y); ++i) {
            if (pieces.of_run[i] == chosen) {
                blob.push_back({y, mask.runs()[i]});
            }
        }
    }
    if (choice.random) {
        draw_clicks(blob, choice.seed, result);
    } else {
        add_clicks(blob, result);
    }
    return result;
}

}  // namespace ssam
