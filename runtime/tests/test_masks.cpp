// Pieces, holes, outlines and run lengths of bitmaps.
#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "runner.h"
#include "squeezesam/ssam.h"

namespace {

struct Bitmap {
    int width;
    int height;
    std::vector<uint8_t> bytes;
};

// '#' is foreground.
Bitmap bitmap(const std::vector<std::string>& rows) {
    Bitmap out{static_cast<int>(rows[0].size()), static_cast<int>(rows.size()), {}};
    for (const std::string& row : rows) {
        for (const char c : row) {
            out.bytes.push_back(c == '#' ? 255 : 0);
        }
    }
    return out;
}

Bitmap noise(int width, int height, unsigned percent, uint32_t& seed) {
    Bitmap out{width, height, {}};
    for (int i = 0; i < width * height; ++i) {
        seed = seed * 1664525u + 1013904223u;
        out.bytes.push_back((seed >> 16) % 100 < percent ? 1 : 0);
    }
    return out;
}

std::string shown(const std::vector<uint8_t>& bytes, int width) {
    std::string text;
    for (size_t i = 0; i < bytes.size(); ++i) {
        text += bytes[i] != 0 ? '#' : '.';
        text += (i + 1) % static_cast<size_t>(width) == 0 ? "/" : "";
    }
    return text;
}

std::string largest(const std::vector<std::string>& rows) {
    const Bitmap map = bitmap(rows);
    std::vector<uint8_t> out(map.bytes.size());
    MUST(ssam_bitmap_keep_largest(map.bytes.data(), map.width, map.height, 0, out.data()));
    return shown(out, map.width);
}

std::string filled(const std::vector<std::string>& rows, int64_t max_area) {
    const Bitmap map = bitmap(rows);
    std::vector<uint8_t> out(map.bytes.size());
    MUST(ssam_bitmap_fill_holes(map.bytes.data(), map.width, map.height, 0, max_area, out.data()));
    return shown(out, map.width);
}

std::vector<uint32_t> counts_of(const Bitmap& map) {
    size_t count = 0;
    MUST(ssam_bitmap_rle_counts(map.bytes.data(), map.width, map.height, 0, nullptr, 0, &count));
    std::vector<uint32_t> counts(count);
    MUST(ssam_bitmap_rle_counts(map.bytes.data(), map.width, map.height, 0, counts.data(), count,
                                &count));
    return counts;
}

std::string string_of(const std::vector<uint32_t>& counts) {
    size_t length = 0;
    MUST(ssam_rle_to_string(counts.data(), counts.size(), nullptr, 0, &length));
    std::string text(length + 1, '?');
    MUST(ssam_rle_to_string(counts.data(), counts.size(), text.data(), text.size(), &length));
    CHECK_EQ(text[length], '\0');
    text.pop_back();
    return text;
}

std::vector<uint32_t> counts_from(const std::string& text) {
    size_t count = 0;
    MUST(ssam_rle_from_string(text.data(), text.size(), nullptr, 0, &count));
    std::vector<uint32_t> counts(count);
    MUST(ssam_rle_from_string(text.data(), text.size(), counts.data(), count, &count));
    return counts;
}

struct Outline {
    std::vector<std::vector<float>> rings;
    std::vector<int> parents;
};

Outline outline(const Bitmap& map, double epsilon) {
    ssam_contour* contour = nullptr;
    MUST(ssam_bitmap_contour(map.bytes.data(), map.width, map.height, 0, epsilon, &contour));
    Outline out;
    for (size_t i = 0; i < ssam_contour_ring_count(contour); ++i) {
        ssam_ring ring;
        MUST(ssam_contour_get_ring(contour, i, &ring));
        out.rings.emplace_back(ring.points, ring.points + 2 * ring.count);
        out.parents.push_back(ring.parent);
    }
    ssam_ring none;
    MUST_FAIL(ssam_contour_get_ring(contour, out.rings.size(), &none), SSAM_ERROR_INVALID_ARGUMENT,
              "there is no ring");
    ssam_contour_free(contour);
    return out;
}

double area(const std::vector<float>& ring) {
    double sum = 0;
    for (size_t i = 0; i < ring.size(); i += 2) {
        const size_t j = (i + 2) % ring.size();
        sum += double{ring[i]} * ring[j + 1] - double{ring[j]} * ring[i + 1];
    }
    return sum / 2;
}

// Even-odd filling of pixel centres.
std::vector<uint8_t> fill(const Outline& outline, int width, int height) {
    std::vector<uint8_t> out(static_cast<size_t>(width * height), 0);
    for (const std::vector<float>& ring : outline.rings) {
        for (size_t i = 0; i < ring.size(); i += 2) {
            const size_t j = (i + 2) % ring.size();
            if (ring[i] != ring[j]) {
                continue;  // only vertical edges are crossed by a horizontal ray
            }
            for (float y = std::min(ring[i + 1], ring[j + 1]);
                 y < std::max(ring[i + 1], ring[j + 1]); y += 1) {
                for (int x = static_cast<int>(ring[i]); x < width; ++x) {
                    out[static_cast<size_t>(y) * static_cast<size_t>(width) +
                        static_cast<size_t>(x)] ^= 1;
                }
            }
        }
    }
    return out;
}

}  // namespace

TEST("the largest piece stays; pieces are 8-connected; ties go to the first") {
    CHECK_EQ(largest({"##..#", "....#", "#...#"}), std::string("....#/....#/....#/"));
    CHECK_EQ(largest({"#...#", ".#...", "..#.."}), std::string("#..../.#.../..#../"));
    CHECK_EQ(largest({"..##", "....", "##.."}), std::string("..##/..../..../"));
    CHECK_EQ(largest({"...", "..."}), std::string(".../.../"));
    CHECK_EQ(largest({"#"}), std::string("#/"));
}

TEST("holes are 4-connected, do not touch the border and are filled up to their area") {
    const std::vector<std::string> two = {"#######", "#.#..##", "#######"};
    CHECK_EQ(filled(two, 0), std::string("#######/#.#..##/#######/"));
    CHECK_EQ(filled(two, 1), std::string("#######/###..##/#######/"));
    CHECK_EQ(filled(two, -1), std::string("#######/#######/#######/"));
    CHECK_EQ(filled({"####", "#..#", "#.##", "#.##"}, -1), std::string("####/#..#/#.##/#.##/"));
    // The diagonal neighbour of the outside is a hole all the same.
    CHECK_EQ(filled({".###", "#.##", "####"}, -1), std::string(".###/####/####/"));
}

TEST("run lengths are column-major and begin with background") {
    using Counts = std::vector<uint32_t>;
    CHECK(counts_of(bitmap({"...", "..."})) == Counts({6}));
    CHECK(counts_of(bitmap({"###", "###"})) == Counts({0, 6}));
    CHECK(counts_of(bitmap({".#.", "##."})) == Counts({1, 3, 2}));
    CHECK(counts_of(bitmap({"#..", "..#"})) == Counts({0, 1, 4, 1}));
    CHECK(counts_of(bitmap({"..#", "#.."})) == Counts({1, 1, 2, 1, 1}));
}

TEST("compressed run lengths are those of the COCO tools") {
    // Strings made with pycocotools 2.0.
    CHECK_EQ(string_of({6}), std::string("6"));
    CHECK_EQ(string_of({0, 6}), std::string("06"));
    CHECK_EQ(string_of({1, 3, 2}), std::string("132"));
    CHECK_EQ(string_of({100, 20, 80, 25, 75, 5000, 1}), std::string("T3d0`25K_k4fM"));
    CHECK(counts_from("T3d0`25K_k4fM") == std::vector<uint32_t>({100, 20, 80, 25, 75, 5000, 1}));
}

TEST("run lengths survive the way through string and bitmap") {
    uint32_t seed = 3;
    for (int i = 0; i < 200; ++i) {
        const Bitmap map = noise(1 + i % 37, 1 + i % 23, static_cast<unsigned>(i % 100), seed);
        const std::vector<uint32_t> counts = counts_of(map);
        CHECK_EQ(std::accumulate(counts.begin(), counts.end(), 0u),
                 static_cast<uint32_t>(map.width * map.height));
        CHECK(counts_from(string_of(counts)) == counts);
        std::vector<uint8_t> back(map.bytes.size(), 9);
        MUST(ssam_rle_decode(counts.data(), counts.size(), map.width, map.height, 1, back.data()));
        CHECK(back == map.bytes);
    }
}

TEST("strings and counts that are no run lengths are refused") {
    uint32_t room[8];
    size_t count = 0;
    const auto read = [&](const std::string& text) {
        return ssam_rle_from_string(text.data(), text.size(), room, 8, &count);
    };
    MUST_FAIL(read("T"), SSAM_ERROR_INVALID_ARGUMENT, "not a COCO run-length string");
    MUST_FAIL(read(" "), SSAM_ERROR_INVALID_ARGUMENT, "at character 0");
    MUST_FAIL(read("\xff\xff"), SSAM_ERROR_INVALID_ARGUMENT, "not a COCO");
    MUST_FAIL(read(std::string(20, 'o')), SSAM_ERROR_INVALID_ARGUMENT, "not a COCO");
    MUST_FAIL(read("N"), SSAM_ERROR_INVALID_ARGUMENT, "a run of -2 pixels");
    MUST_FAIL(read("111111111"), SSAM_ERROR_BUFFER_TOO_SMALL, "holds 8 entries, 9 are needed");
    CHECK_EQ(count, size_t{9});
    uint8_t out[6];
    const uint32_t wrong[] = {3, 4};
    const uint32_t huge[] = {4294967295u, 4294967295u, 8};
    MUST_FAIL(ssam_rle_decode(wrong, 2, 3, 2, 1, out), SSAM_ERROR_INVALID_ARGUMENT,
              "do not add up to 3x2");
    MUST_FAIL(ssam_rle_decode(huge, 3, 3, 2, 1, out), SSAM_ERROR_INVALID_ARGUMENT, "add up");
    MUST_FAIL(ssam_rle_decode(nullptr, 0, 3, 2, 1, out), SSAM_ERROR_INVALID_ARGUMENT, "add up");
}

TEST("a ring has an outer outline clockwise and a hole the other way round") {
    const Outline found = outline(bitmap({"###", "#.#", "###"}), 0);
    REQUIRE(found.rings.size() == 2);
    CHECK(found.rings[0] == std::vector<float>({0, 0, 3, 0, 3, 3, 0, 3}));
    CHECK_EQ(area(found.rings[0]), 9.0);
    CHECK_EQ(area(found.rings[1]), -1.0);
    CHECK_EQ(found.parents[0], -1);
    CHECK_EQ(found.parents[1], 0);
}

TEST("pixels that touch at a corner are one outline, holes that do are two") {
    CHECK_EQ(outline(bitmap({"#..", ".#.", "#.."}), 0).rings.size(), size_t{1});
    const Outline holes = outline(bitmap({"####", "#.##", "##.#", "####"}), 0);
    CHECK_EQ(holes.rings.size(), size_t{3});
    CHECK(holes.parents == std::vector<int>({-1, 0, 0}));
}

TEST("an outline filled again is the mask, and every hole lies in its parent") {
    uint32_t seed = 5;
    for (int i = 0; i < 300; ++i) {
        const Bitmap map = noise(1 + i % 29, 1 + i % 31, static_cast<unsigned>(i % 101), seed);
        const Outline found = outline(map, 0);
        CHECK(fill(found, map.width, map.height) == map.bytes);
        double sum = 0;
        for (size_t k = 0; k < found.rings.size(); ++k) {
            sum += area(found.rings[k]);
            CHECK_EQ(area(found.rings[k]) > 0, found.parents[k] == -1);
            if (found.parents[k] >= 0) {
                REQUIRE(found.parents[static_cast<size_t>(found.parents[k])] == -1);
            }
        }
        CHECK_EQ(sum, static_cast<double>(std::accumulate(map.bytes.begin(), map.bytes.end(), 0)));
    }
}

TEST("simplifying drops corners within epsilon and rings without area") {
    // A staircase of 10 steps: its corners lie within 0.71 of a straight line.
    std::vector<std::string> stairs;
    for (size_t i = 1; i <= 10; ++i) {
        stairs.push_back(std::string(i, '#') + std::string(12 - i, '.'));
    }
    stairs[0][11] = '#';  // a single pixel far off
    CHECK(outline(bitmap(stairs), 0).rings.size() == 2);
    const Outline simple = outline(bitmap(stairs), 1.5);
    REQUIRE(simple.rings.size() == 1);
    CHECK(simple.rings[0].size() / 2 <= 4);
    const Bitmap dot = bitmap({"#"});
    ssam_contour* contour = nullptr;
    for (const double epsilon : {-1.0, std::strtod("nan", nullptr), std::strtod("inf", nullptr)}) {
        MUST_FAIL(ssam_bitmap_contour(dot.bytes.data(), 1, 1, 0, epsilon, &contour),
                  SSAM_ERROR_INVALID_ARGUMENT, "epsilon must be 0 or a positive number");
    }
    CHECK(contour == nullptr);
}

TEST("an outline of more than a million runs is refused before it takes memory") {
    Bitmap comb{2048, 1025, {}};
    for (int i = 0; i < comb.width * comb.height; ++i) {
        comb.bytes.push_back(i % 2 == 0 ? 1 : 0);
    }
    ssam_contour* contour = nullptr;
    MUST_FAIL(ssam_bitmap_contour(comb.bytes.data(), comb.width, comb.height, 0, 0, &contour),
              SSAM_ERROR_INVALID_ARGUMENT, "too ragged: the mask has more than 1048576 runs");
    CHECK(contour == nullptr);
    MUST(ssam_bitmap_contour(comb.bytes.data(), comb.width, 1024, 0, 0, &contour));
    CHECK_EQ(ssam_contour_ring_count(contour), size_t{1024});
    ssam_contour_free(contour);
}

TEST("bitmaps with rows apart are read row by row") {
    const std::vector<uint8_t> apart = {1, 0, 7, 0, 1, 7};
    std::vector<uint8_t> out(4);
    MUST(ssam_bitmap_keep_largest(apart.data(), 2, 2, 3, out.data()));
    CHECK(out == std::vector<uint8_t>({1, 0, 0, 1}));
}
