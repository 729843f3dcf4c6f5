// The command line of `ssam`: the words, options and sentences of `squeezesam segment`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "words.h"

namespace cli {

struct Point {
    double x;
    double y;
};

struct Box {
    double x0, y0, x1, y1;
};

struct Arguments {
    bool help = false;
    bool version = false;
    std::string photo;
    std::string bundle;
    bool accept_damaged = false;
    std::vector<Point> points;     // on the object
    std::vector<Point> negatives;  // on what does not belong to it
    std::optional<Box> box;
    std::optional<int32_t> random_clicks;  // the seed
    int32_t candidate = -1;                // -1: the best
    bool keep_largest = false;
    int64_t max_hole_area = 0;
    bool refine = false;
    std::string output;  // "": PHOTO-mask.png in the present folder
    bool overwrite = false;
    int32_t threads = 0;  // 0: the engine's choice
    bool json = false;
    int32_t bench = 0;  // runs; 0: no benchmark
};

extern const char* const kHelp;

// The words after the command's name. Throws UsageError.
Arguments parse_arguments(const std::vector<std::string>& words);

}  // namespace cli
