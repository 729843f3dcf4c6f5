#include "arguments.h"

#include <algorithm>

namespace cli {

const char* const kHelp =
    R"(usage: ssam PHOTO --bundle DIR [options]
       ssam everything PHOTO --bundle DIR [options]    (see ssam everything --help)

Cuts the object out of a photo. Without a prompt the photo's most salient object is taken; clicks
and a box say otherwise. Coordinates are pixels of the photo as you see it (upright), origin top
left, x to the right, y down.

  PHOTO                  a photo: JPEG, PNG or binary PPM (./everything, if it is called so)
  --bundle DIR           the model bundle: for onnx, or executorch if built with that engine
  --accept-damaged       use a damaged photo as far as it can be decoded, with a warning
  --point X,Y            a click on the object; may be given many times
  --negative X,Y         a click on what does not belong to it; may be given many times
  --box X0,Y0,X1,Y1      a rectangle round the object
  --random-clicks SEED   without a prompt: three points inside what stands out, drawn by this
                         number, in place of its centre and those of its quarters
  --candidate K|best     which of the network's masks; default best (highest predicted quality)
  --keep-largest         keep only the largest connected piece
  --max-hole-area AREA   fill holes of up to AREA pixels (of the photo); default 0, none
  --refine               move the mask's edge to the edges of the photo
  --output FILE          where the mask goes: PNG, 255 where the object is, 0 elsewhere; default
                         PHOTO-mask.png in this folder
  --overwrite            replace a result that is there already
  --threads N            threads for one run of a network; default: one per core
  --json                 print an account of the prediction as JSON
  --bench N              predict N times and print milliseconds per stage as JSON; writes no mask
  --version, --help

Exit codes: 0 everything done; 1 something failed; 2 the command line makes no sense.
)";

namespace {

Point read_point(const std::string& option, const std::string& text) {
    const std::vector<double> xy = read_numbers(option, text, 2, "X,Y");
    return {xy[0], xy[1]};
}

Box read_box(const std::string& option, const std::string& text) {
    const std::vector<double> at = read_numbers(option, text, 4, "X0,Y0,X1,Y1");
    if (!(at[0] < at[2] && at[1] < at[3])) {
        refuse(option, "'" + text +
                           "' is empty or inverted; give the top left corner, then the bottom "
                           "right");
    }
    return {at[0], at[1], at[2], at[3]};
}

int32_t read_candidate(const std::string& option, const std::string& text) {
    if (text == "best") {
        return -1;
    }
    if (!is_decimal(text)) {
        refuse(option, "'" + text + "' is neither a number nor best");
    }
    return read_count(option, text, 0);
}

// Options without a value; false for a word that is none of them.
bool take_flag(const std::string& word, Arguments& arguments) {
    if (word == "--help" || word == "-h") {
        arguments.help = true;
    } else if (word == "--version") {
        arguments.version = true;
    } else if (word == "--overwrite") {
        arguments.overwrite = true;
    } else if (word == "--accept-damaged") {
        arguments.accept_damaged = true;
    } else if (word == "--json") {
        arguments.json = true;
    } else if (word == "--keep-largest") {
        arguments.keep_largest = true;
    } else if (word == "--refine") {
        arguments.refine = true;
    } else {
        return false;
    }
    return true;
}

bool takes_value(const std::string& option) {
    const char* const known[] = {"--bundle",    "--point",        "--negative", "--box",
                                 "--output",    "--threads",      "--bench",    "--max-hole-area",
                                 "--candidate", "--random-clicks"};
    return std::find(std::begin(known), std::end(known), option) != std::end(known);
}

void take_value(const std::string& option, const std::string& value, Arguments& arguments) {
    if (option == "--bundle") {
        arguments.bundle = value;
    } else if (option == "--output") {
        arguments.output = value;
    } else if (option == "--point") {
        arguments.points.push_back(read_point(option, value));
    } else if (option == "--negative") {
        arguments.negatives.push_back(read_point(option, value));
    } else if (option == "--box") {
        arguments.box = read_box(option, value);
    } else if (option == "--threads") {
        arguments.threads = read_count(option, value, 1);
    } else if (option == "--bench") {
        arguments.bench = read_count(option, value, 1);
    } else if (option == "--random-clicks") {
        arguments.random_clicks = read_count(option, value, 0);
    } else if (option == "--max-hole-area") {
        arguments.max_hole_area = read_count(option, value, 0);
    } else {
        arguments.candidate = read_candidate(option, value);
    }
}

void check_complete(const Arguments& arguments) {
    if (arguments.photo.empty()) {
        throw UsageError("the following arguments are required: PHOTO");
    }
    if (arguments.bundle.empty()) {
        throw UsageError("the following arguments are required: --bundle");
    }
}

}  // namespace

Arguments parse_arguments(const std::vector<std::string>& words) {
    Arguments arguments;
    const Grammar grammar{[&](const std::string& word) { return take_flag(word, arguments); },
                          takes_value,
                          [&](const std::string& option, const std::string& value) {
                              take_value(option, value, arguments);
                          }};
    const std::vector<std::string> photos = parse_words(words, grammar);
    if (arguments.help || arguments.version) {
        return arguments;
    }
    if (photos.size() > 1) {
        throw UsageError("unrecognized arguments: " + photos[1] + "; ssam takes one photo");
    }
    arguments.photo = photos.empty() ? "" : photos[0];
    check_complete(arguments);
    return arguments;
}

}  // namespace cli
