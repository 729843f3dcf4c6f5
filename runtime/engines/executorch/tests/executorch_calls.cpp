// What ssam_executorch.h promises, called as an app would. The argument is a folder with a bundle
// for ExecuTorch, whose program files this destroys.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "squeezesam/ssam_executorch.h"

namespace {

void expect(bool kept, const char* promise) {
    if (!kept) {
        std::fprintf(stderr, "not kept: %s\n", promise);
        std::exit(1);
    }
}

struct Made {
    ssam_status status;
    std::string message;
    ssam_engine engine;
};

Made make(const ssam_bundle* bundle, int32_t threads) {
    ssam_executorch_options options = ssam_executorch_default_options();
    options.threads = threads;
    Made made{SSAM_OK, "", {}};
    char message[256] = "";
    made.status = ssam_executorch_create(bundle, &options, &made.engine, message, sizeof message);
    made.message = message;
    return made;
}

ssam_bundle* open(const char* folder) {
    ssam_bundle* bundle = nullptr;
    expect(ssam_bundle_open(folder, 0, &bundle) == SSAM_OK, ssam_last_error());
    return bundle;
}

void check_arguments(const ssam_bundle* bundle) {
    char message[8] = "";
    const ssam_status status =
        ssam_executorch_create(bundle, nullptr, nullptr, message, sizeof message);
    expect(status == SSAM_ERROR_INVALID_ARGUMENT, "a null engine is an invalid argument");
    expect(std::strcmp(message, "engine ") == 0, "a message ends where its buffer does");
    const Made negative = make(bundle, -1);
    expect(negative.status == SSAM_ERROR_INVALID_ARGUMENT, "threads below 0 are refused");
    expect(negative.engine.run == nullptr, "a failure leaves the engine as it was");
    ssam_engine engine{};
    expect(ssam_executorch_create(nullptr, nullptr, &engine, nullptr, 0) ==
               SSAM_ERROR_INVALID_ARGUMENT,
           "a null bundle is an invalid argument, and no message need be taken");
}

void check_pool(const ssam_bundle* bundle) {
    const Made one = make(bundle, 1);
    expect(one.status == SSAM_OK, one.message.c_str());
    const Made two = make(bundle, 2);
    expect(two.status == SSAM_ERROR_STATE, "the pool keeps its size while an engine lives");
    expect(two.message.find("has the size 1 already, not 2") != std::string::npos,
           "the sentence says both sizes");
    const Made same = make(bundle, 1);
    const Made any = make(bundle, 0);
    expect(same.status == SSAM_OK && any.status == SSAM_OK, "engines share a pool of one size");
    for (const Made* made : {&one, &same, &any}) {
        made->engine.release(made->engine.user);
    }
    const Made later = make(bundle, 2);
    expect(later.status == SSAM_OK, "the pool may change once the engines are gone");
    later.engine.release(later.engine.user);
}

void truncate_programs(const char* folder) {
    for (const char* name : {"heat.pte", "segment.pte"}) {
        std::filesystem::resize_file(std::filesystem::path(folder) / name, 0);
    }
}

void check_lost_files(const ssam_bundle* bundle, const char* folder) {
    const Made made = make(bundle, 1);
    ssam_segmenter* segmenter = nullptr;
    expect(ssam_segmenter_create(bundle, &made.engine, &segmenter) == SSAM_OK, ssam_last_error());
    expect(ssam_segmenter_prewarm(segmenter) == SSAM_OK, ssam_last_error());
    truncate_programs(folder);
    expect(ssam_segmenter_prewarm(segmenter) == SSAM_OK,
           "a change of the files after loading has no effect");
    ssam_segmenter_free(segmenter);
    const Made again = make(bundle, 1);
    expect(again.status == SSAM_ERROR_ENGINE, "an empty file is no program");
    // The first that is loaded: programs are in the order in which they run.
    std::filesystem::remove(std::filesystem::path(folder) / "heat.pte");
    const Made missing = make(bundle, 1);
    expect(missing.status == SSAM_ERROR_ENGINE &&
               missing.message.find("the file cannot be opened") != std::string::npos,
           "a file that is gone is named as such");
}

}  // namespace

int main(int, char** words) {
    ssam_executorch_silence();
    ssam_bundle* const bundle = open(words[1]);
    check_arguments(bundle);
    check_pool(bundle);
    check_lost_files(bundle, words[1]);
    ssam_bundle_free(bundle);
    std::puts("all promises kept");
    return 0;
}
