// The shared vectors through the C interface: plain functions and manifests.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "runner.h"
#include "squeezesam/ssam.h"
#include "vector_file.h"

namespace {

using test::at;
using test::Bitmap;
using test::bytes_at;
using test::floats_at;
using test::listed;
using test::number_at;
using test::numbers;
using test::text_at;
using test::Value;
using test::whole_at;

ssam_image stored_image(const Value& one, const std::vector<uint8_t>& bytes) {
    return {bytes.data(),    whole_at(one, "stored_width"), whole_at(one, "stored_height"), 0,
            SSAM_FORMAT_RGB, whole_at(one, "orientation")};
}

void check_fit(const Value& one) {
    const std::vector<double> photo = numbers(at(one, "photo"));
    const std::vector<double> input = numbers(at(one, "input"));
    int32_t width = 0;
    int32_t height = 0;
    MUST(ssam_fit(static_cast<int32_t>(photo[0]), static_cast<int32_t>(photo[1]),
                  static_cast<int32_t>(input[0]), static_cast<int32_t>(input[1]), &width, &height));
    CHECK_EQ(listed({double(width), double(height)}), listed(numbers(at(one, "size"))));
}

void check_geometry(const Value& one) {
    const std::string kind = text_at(one, "kind");
    if (kind == "fit") {
        check_fit(one);
    } else if (kind == "exif") {
        const std::vector<uint8_t> file = bytes_at(one, "file");
        CHECK_EQ(ssam_exif_orientation(file.data(), file.size()), whole_at(one, "orientation"));
    } else {
        const std::vector<uint8_t> stored = bytes_at(one, "stored");
        const std::vector<uint8_t> wanted = bytes_at(one, kind == "orient" ? "upright" : "resized");
        const ssam_image image = stored_image(one, stored);
        std::vector<uint8_t> found(wanted.size());
        if (kind == "orient") {
            MUST(ssam_orient(&image, found.data(), 0));
        } else {
            CHECK_EQ(kind, std::string("resize"));
            MUST(
                ssam_resize(&image, whole_at(one, "width"), whole_at(one, "height"), found.data()));
        }
        CHECK(found == wanted);
    }
}

void check_two_planes(const Value& one) {
    const std::vector<uint8_t> luma = bytes_at(one, "luma");
    const std::vector<uint8_t> chroma = bytes_at(one, "chroma");
    ssam_image image{};
    image.data = luma.data();
    image.width = whole_at(one, "stored_width");
    image.height = whole_at(one, "stored_height");
    image.stride = whole_at(one, "stride");
    image.format = text_at(one, "format") == "FORMAT_NV21" ? SSAM_FORMAT_NV21 : SSAM_FORMAT_NV12;
    image.orientation = whole_at(one, "orientation");
    image.chroma = chroma.data();
    image.chroma_stride = whole_at(one, "chroma_stride");
    image.range = text_at(one, "range") == "RANGE_FULL" ? SSAM_RANGE_FULL : SSAM_RANGE_VIDEO;
    image.matrix = text_at(one, "matrix") == "MATRIX_BT709" ? SSAM_MATRIX_BT709 : SSAM_MATRIX_BT601;
    const std::vector<uint8_t> upright = bytes_at(one, "upright");
    std::vector<uint8_t> found(upright.size());
    MUST(ssam_orient(&image, found.data(), 0));
    CHECK(found == upright);
    const std::vector<uint8_t> resized = bytes_at(one, "resized");
    found.resize(resized.size());
    MUST(ssam_resize(&image, whole_at(one, "width"), whole_at(one, "height"), found.data()));
    CHECK(found == resized);
}

void check_planes(const Value& one) {
    std::vector<float> points;
    for (const Value& point : at(one, "points").array) {
        points.push_back(static_cast<float>(point.array.at(0).number));
        points.push_back(static_cast<float>(point.array.at(1).number));
    }
    std::vector<float> labels;
    for (const double label : numbers(at(one, "labels"))) {
        labels.push_back(static_cast<float>(label));
    }
    const int width = whole_at(one, "width");
    const auto box_default = static_cast<float>(number_at(one, "box_default"));
    std::vector<float> wanted;
    const Value& box = at(one, "box");
    if (box.array.empty()) {
        wanted.assign(static_cast<size_t>(width * whole_at(one, "height")), box_default);
    } else {
        const Bitmap map = test::bitmap_of(box);
        wanted.assign(map.bytes.begin(), map.bytes.end());
    }
    for (const Value& row : at(one, "clicks").array) {
        for (const char letter : row.string) {
            wanted.push_back(letter == '+' ? 1.0f : (letter == '-' ? -1.0f : 0.0f));
        }
    }
    std::vector<float> found(wanted.size());
    MUST(ssam_draw_planes(points.data(), labels.data(), labels.size(), width,
                          whole_at(one, "height"), number_at(one, "radius"), box_default,
                          found.data()));
    CHECK(found == wanted);
}

void check_saliency(const Value& one) {
    const std::vector<uint8_t> heat = bytes_at(one, "heat");
    if (text_at(one, "kind") == "heat") {
        const std::vector<float> logits = floats_at(one, "logits");
        std::vector<uint8_t> found(logits.size());
        MUST(ssam_logits_to_heat(logits.data(), logits.size(), found.data()));
        CHECK(found == heat);
        return;
    }
    CHECK_EQ(text_at(one, "kind"), std::string("clicks"));
    ssam_saliency found;
    MUST(ssam_salient_clicks(heat.data(), whole_at(one, "width"), whole_at(one, "height"), 0,
                             &found));
    CHECK_EQ(found.threshold, whole_at(one, "threshold"));
    CHECK_EQ(found.area, int64_t{whole_at(one, "area")});
    CHECK_EQ(found.peak, whole_at(one, "peak"));
    const std::vector<Value>& clicks = at(one, "clicks").array;
    REQUIRE(static_cast<size_t>(found.count) == clicks.size());
    for (size_t i = 0; i < clicks.size(); ++i) {
        CHECK_EQ(listed({found.x[i], found.y[i]}), listed(numbers(clicks[i])));
    }
}

// A ring as numbers: parent, then x, y, x, y ... from its topmost, leftmost corner.
struct Ring {
    int parent;
    std::vector<double> points;

    std::pair<double, double> top() const { return {points[1], points[0]}; }
};

Ring from_the_top(const ssam_ring& ring) {
    size_t start = 0;
    const auto corner = [&](size_t i) {
        return std::make_pair(ring.points[2 * i + 1], ring.points[2 * i]);
    };
    for (size_t i = 1; i < ring.count; ++i) {
        start = corner(i) < corner(start) ? i : start;
    }
    Ring turned{ring.parent, {}};
    for (size_t i = 0; i < ring.count; ++i) {
        turned.points.push_back(double{ring.points[2 * ((start + i) % ring.count)]});
        turned.points.push_back(double{ring.points[2 * ((start + i) % ring.count) + 1]});
    }
    return turned;
}

bool is_above(const std::vector<Ring>& a, const std::vector<Ring>& b) {
    return a[0].top() < b[0].top();
}

// The outlines in the order of the README.
std::vector<Ring> outlines(const Bitmap& map, double epsilon) {
    ssam_contour* contour = nullptr;
    MUST(ssam_bitmap_contour(map.bytes.data(), map.width, map.height, 0, epsilon, &contour));
    std::vector<std::vector<Ring>> groups;  // an outer ring and its holes, which follow it
    for (size_t i = 0; i < ssam_contour_ring_count(contour); ++i) {
        ssam_ring ring;
        MUST(ssam_contour_get_ring(contour, i, &ring));
        if (ring.parent < 0) {
            groups.emplace_back();
        }
        groups.back().push_back(from_the_top(ring));
    }
    ssam_contour_free(contour);
    std::sort(groups.begin(), groups.end(), is_above);
    std::vector<Ring> all;
    for (std::vector<Ring>& group : groups) {
        std::sort(group.begin() + 1, group.end(),
                  [](const Ring& a, const Ring& b) { return a.top() < b.top(); });
        const int outer = static_cast<int>(all.size());
        for (size_t i = 0; i < group.size(); ++i) {
            all.push_back({i == 0 ? -1 : outer, std::move(group[i].points)});
        }
    }
    return all;
}

std::vector<double> flat(const Value& points) {
    std::vector<double> values;
    for (const Value& point : points.array) {
        values.push_back(point.array.at(0).number);
        values.push_back(point.array.at(1).number);
    }
    return values;
}

void check_runs(const Value& one, const Bitmap& map) {
    size_t count = 0;
    MUST(ssam_bitmap_rle_counts(map.bytes.data(), map.width, map.height, 0, nullptr, 0, &count));
    std::vector<uint32_t> counts(count);
    MUST(ssam_bitmap_rle_counts(map.bytes.data(), map.width, map.height, 0, counts.data(), count,
                                &count));
    CHECK_EQ(listed({counts.begin(), counts.end()}), listed(numbers(at(one, "rle_counts"))));
    const std::string string = text_at(one, "rle_string");
    std::string found(string.size() + 1, '?');
    size_t length = 0;
    MUST(ssam_rle_to_string(counts.data(), count, found.data(), found.size(), &length));
    found.resize(length);
    CHECK_EQ(found, string);
    std::vector<uint32_t> back(count);
    MUST(ssam_rle_from_string(string.data(), string.size(), back.data(), count, &count));
    CHECK(back == counts);
    std::vector<uint8_t> bytes(map.bytes.size());
    MUST(ssam_rle_decode(back.data(), back.size(), map.width, map.height, 1, bytes.data()));
    CHECK(bytes == map.bytes);
}

void check_pieces(const Value& one, const Bitmap& map) {
    std::vector<uint8_t> found(map.bytes.size());
    MUST(ssam_bitmap_keep_largest(map.bytes.data(), map.width, map.height, 0, found.data()));
    CHECK(found == test::bitmap_of(at(one, "largest")).bytes);
    for (const Value& filled : at(one, "filled").array) {
        MUST(ssam_bitmap_fill_holes(map.bytes.data(), map.width, map.height, 0,
                                    whole_at(filled, "max_area"), found.data()));
        CHECK(found == test::bitmap_of(at(filled, "rows")).bytes);
    }
}

void check_bitmap(const Value& one) {
    const std::string kind = text_at(one, "kind");
    if (kind == "bad_rle") {
        const std::string string = text_at(one, "string");
        size_t count = 0;
        const ssam_status status =
            ssam_rle_from_string(string.data(), string.size(), nullptr, 0, &count);
        CHECK_EQ(std::string(ssam_status_name(status)), text_at(one, "status"));
        CHECK_EQ(std::string(ssam_last_error()), text_at(one, "sentence"));
        return;
    }
    const Bitmap map = test::bitmap_of(at(one, "rows"));
    if (kind == "simplified") {
        const std::vector<Ring> rings = outlines(map, number_at(one, "epsilon"));
        REQUIRE(rings.size() == 1);
        CHECK_EQ(listed(rings[0].points), listed(flat(at(one, "points"))));
        return;
    }
    CHECK_EQ(kind, std::string("bitmap"));
    check_pieces(one, map);
    check_runs(one, map);
    const std::vector<Ring> rings = outlines(map, 0);
    const std::vector<Value>& wanted = at(one, "contour").array;
    REQUIRE(rings.size() == wanted.size());
    for (size_t i = 0; i < rings.size(); ++i) {
        CHECK_EQ(rings[i].parent, whole_at(wanted[i], "parent"));
        CHECK_EQ(listed(rings[i].points), listed(flat(at(wanted[i], "points"))));
    }
}

}  // namespace

TEST("vectors: geometry and orientation") { test::each_case("geometry", check_geometry); }

TEST("vectors: photos of two planes") { test::each_case("nv12", check_two_planes); }

TEST("vectors: prompt planes") { test::each_case("planes", check_planes); }

TEST("vectors: heat maps to clicks") { test::each_case("saliency", check_saliency); }

TEST("vectors: pieces, holes, run lengths and outlines") {
    test::each_case("bitmaps", check_bitmap);
}
