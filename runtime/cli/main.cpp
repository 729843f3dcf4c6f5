// The command `ssam`: a photo in, a mask out, without Python.
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "arguments.h"
#include "base/stopwatch.h"
#include "bench.h"
#include "complain.h"
#include "everything.h"
#include "failure.h"
#include "model.h"
#include "photo.h"
#include "report.h"
#include "writing.h"

namespace cli {
namespace {

std::string default_output(const std::string& photo) {
    return std::filesystem::path(photo).stem().string() + "-mask.png";
}

void write_mask(const ssam_mask* mask, const std::string& output, bool overwrite) {
    ssam_mask_info info{};
    must(ssam_mask_get_info(mask, &info));
    std::vector<uint8_t> bytes(static_cast<size_t>(info.width) * static_cast<size_t>(info.height));
    must(ssam_mask_render(mask, 255, bytes.data(), 0));
    write_whole(output, encode_png(bytes, info.width, info.height), overwrite);
}

void segment(const Arguments& arguments) {
    const ssam::Stopwatch load_watch;
    const Model model = load_model(arguments.bundle, arguments.threads);
    const double load_ms = load_watch.milliseconds();
    const std::string output =
        arguments.output.empty() ? default_output(arguments.photo) : arguments.output;
    if (arguments.bench == 0) {
        check_free(output, arguments.overwrite);
    }
    const ssam::Stopwatch decode_watch;
    const Photo photo = read_photo(arguments.photo, arguments.accept_damaged);
    warn_of_damage(arguments.photo, photo);
    const double decode_ms = decode_watch.milliseconds();
    if (arguments.bench > 0) {
        std::fputs(bench(arguments, model, photo, {load_ms, decode_ms}).c_str(), stdout);
        return;
    }
    const Session session = open_photo(model, photo, arguments.photo);
    give_prompts(session.get(), arguments);
    const Mask mask = predict(session.get(), photo, arguments);
    write_mask(mask.get(), output, arguments.overwrite);
    ssam_mask_info info{};
    must(ssam_mask_get_info(mask.get(), &info));
    std::fputs((arguments.json ? json_account(arguments, model, mask.get(), decode_ms, output)
                               : account(arguments, info, output))
                   .c_str(),
               stdout);
}

int run(const std::vector<std::string>& words) {
    try {
        if (!words.empty() && words[0] == "everything") {
            find_everything({words.begin() + 1, words.end()});
            return 0;
        }
        const Arguments arguments = parse_arguments(words);
        if (arguments.help) {
            std::fputs(kHelp, stdout);
        } else if (arguments.version) {
            std::printf("ssam %s\n", ssam_version());
        } else {
            segment(arguments);
        }
        return 0;
    } catch (const UsageError& error) {
        complain(std::string(error.what()) + " (see ssam --help)");
        return 2;
    } catch (const Failure& failure) {
        complain(failure.what());
    } catch (const std::bad_alloc&) {
        complain("not enough memory");
    } catch (const std::exception& error) {
        complain(error.what());
    }
    return 1;
}

}  // namespace
}  // namespace cli

int main(int argc, char** argv) {
    return cli::run(std::vector<std::string>(argv + 1, argv + argc));
}
