// The Java binding used from many threads, as an app does: a program for ThreadSanitizer.
// Each thread has sessions of its own; bundle, segmenter and one mask are everybody's; one thread
// cancels what another predicts.
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "jni/fake_java.h"
#include "manifest_text.h"
#include "squeezesam/ssam.h"

// What the manifests' maker asks of a runner of tests.
namespace test {
void failed(const char*, int, const std::string& what) {
    std::fprintf(stderr, "%s\n", what.c_str());
}
}  // namespace test

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* machine, void*);

namespace {

using fake_java::Environment;
using fake_java::Object;

constexpr int kThreads = 6;
constexpr int kRounds = 12;
constexpr jint kWidth = 80;
constexpr jint kHeight = 60;

std::atomic<int> runs{0};
std::atomic<int> failures{0};

void want(bool condition, const char* what) {
    if (!condition) {
        std::fprintf(stderr, "not so: %s\n", what);
        ++failures;
    }
}
#define WANT(condition) want(condition, #condition)

// A disc in every mask and in the heat map; all scores alike.
jint run(jint, const std::vector<Object*>& inputs, const std::vector<Object*>& outputs) {
    ++runs;
    float read = 0;
    for (const Object* input : inputs) {
        const auto* values = static_cast<const float*>(input->address);
        for (jlong i = 0; i < input->capacity / 4; i += 64) {
            read += values[i];
        }
    }
    WANT(std::isfinite(read));
    for (const Object* output : outputs) {
        auto* values = static_cast<float*>(output->address);
        const auto count = static_cast<int>(output->capacity / 4);
        const int planes = count % 4 == 0 && count > 64 ? 4 : 1;
        const int side = static_cast<int>(std::sqrt(count / planes));
        for (int i = 0; i < count; ++i) {
            const double dx = i % side - side / 2.0;
            const double dy = i / side % side - side / 2.0;
            values[i] = count <= 4 ? 0.5f : static_cast<float>(side / 4.0 - std::hypot(dx, dy));
        }
    }
    return SSAM_OK;
}

template <typename Result, typename... Arguments>
Result call(const char* name, Arguments... arguments) {
    Environment& here = *fake_java::current();
    using Function = Result(JNICALL*)(JNIEnv*, jclass, Arguments...);
    void* const found = fake_java::machine()->natives.at(name);
    return reinterpret_cast<Function>(found)(here.get(), nullptr, arguments...);
}

jobject numbers_of(const std::vector<jlong>& values) {
    Object array;
    array.width = sizeof(jlong);
    const auto* bytes = reinterpret_cast<const uint8_t*>(values.data());
    array.bytes.assign(bytes, bytes + values.size() * sizeof(jlong));
    return fake_java::current()->make(std::move(array));
}

jobject bytes_of(std::vector<uint8_t> content) {
    Object array;
    array.is_byte_array = true;
    array.bytes = std::move(content);
    return fake_java::current()->make(std::move(array));
}

// All of it described: RGB, upright, from its first byte.
jlongArray description() {
    return static_cast<jlongArray>(numbers_of(
        {kWidth, kHeight, 0, SSAM_FORMAT_RGB, 1, 0, 3 * kWidth * kHeight, 0, 0, 0, 0, 0}));
}

const std::vector<uint8_t>& photo() {
    static const std::vector<uint8_t> pixels = [] {
        std::vector<uint8_t> made;
        for (int i = 0; i < 3 * kWidth * kHeight; ++i) {
            made.push_back(static_cast<uint8_t>(i * 7 % 251));
        }
        return made;
    }();
    return pixels;
}

// Pixels that all threads read, as a direct buffer.
jobject shared_photo() {
    Object buffer;
    buffer.address = const_cast<uint8_t*>(photo().data());
    buffer.capacity = static_cast<jlong>(photo().size());
    return fake_java::current()->make(std::move(buffer));
}

// Everything that can be made of a mask.
void read_mask(jlong mask) {
    Environment& here = *fake_java::current();
    const jobject nothing = nullptr;
    call<void>("maskInfo", mask, here.make({}));
    call<jfloatArray>("maskScores", mask);
    call<jdoubleArray>("maskPrompts", mask);
    call<jfloatArray>("maskPlane", mask, jint{0});
    call<jfloatArray>("maskLogits", mask);
    call<jintArray>("maskRleCounts", mask);
    call<jbyteArray>("maskRleString", mask);
    call<jobjectArray>("maskContour", mask, jdouble{1.0});
    call<jintArray>("maskCutoutRect", mask, jboolean{JNI_TRUE}, jboolean{JNI_TRUE});
    const jobject alpha = bytes_of(std::vector<uint8_t>(kWidth * kHeight));
    call<void>("maskRender", mask, jboolean{JNI_FALSE}, jint{255}, alpha, jint{0},
               jint{kWidth * kHeight}, jlong{0});
    const jobject picture = bytes_of(std::vector<uint8_t>(4 * kWidth * kHeight));
    call<void>("maskCutout", mask, description(), shared_photo(), nothing, jboolean{JNI_TRUE},
               jboolean{JNI_FALSE}, jboolean{JNI_FALSE}, picture, jint{0},
               jint{4 * kWidth * kHeight}, jlong{0});
    WANT(here.pending == nullptr);
    const auto derived = call<jlong>("maskDerive", mask, jint{0}, jboolean{JNI_TRUE}, jlong{-1});
    const auto refined = call<jlong>("maskRefine", mask, description(), shared_photo(), nothing);
    call<void>("maskFree", derived);
    call<void>("maskFree", refined);
    WANT(here.pending == nullptr);
    WANT(call<jlong>("maskDerive", mask, jint{99}, jboolean{JNI_TRUE}, jlong{-1}) == 0);
    WANT(here.pending != nullptr);  // a failure is an exception, on this thread alone
    here.pending = nullptr;
}

void tap(jlong session) {
    const jobject nothing = nullptr;
    call<void>("sessionSetImage", session, description(), shared_photo(), nothing);
    call<void>("sessionAddPoint", session, jdouble{40}, jdouble{30}, jboolean{JNI_TRUE});
    call<jdoubleArray>("sessionPrompts", session);
    call<jdoubleArray>("sessionAutomatic", session);
}

void use(jlong bundle, jlong segmenter, jlong common) {
    Environment here;
    for (int round = 0; round < kRounds; ++round) {
        const size_t before = here.count();
        call<void>("bundleInfo", bundle, here.make({}));
        const auto session = call<jlong>("sessionCreate", segmenter);
        tap(session);
        const auto mask =
            call<jlong>("sessionPredict", session, jint{-1}, jboolean{JNI_TRUE}, jlong{0});
        WANT(here.pending == nullptr);
        WANT(mask != 0);
        read_mask(mask);
        read_mask(common);
        call<void>("maskFree", mask);
        call<jboolean>("sessionUndo", session);
        call<void>("sessionFree", session);
        call<jbyteArray>("resize", description(), shared_photo(), static_cast<jobject>(nullptr),
                         jint{32}, jint{24});
        call<jbyteArray>("sha256", shared_photo(), jint{0}, jint{1000});
        here.forget_after(before);
    }
}

// Predicts again and again what the other thread cancels; both answers are right.
void predict_cancelled(jlong session, std::atomic<bool>& done) {
    Environment here;
    int masks = 0;
    for (int round = 0; round < 4 * kRounds; ++round) {
        const auto mask =
            call<jlong>("sessionPredict", session, jint{-1}, jboolean{JNI_TRUE}, jlong{0});
        WANT((mask == 0) == (here.pending != nullptr));
        if (here.pending != nullptr) {
            WANT(fake_java::object_of(here.pending).status == SSAM_ERROR_CANCELLED);
            here.pending = nullptr;
        } else {
            ++masks;
            call<void>("maskFree", mask);
        }
    }
    done = true;
}

void cancel(jlong session, const std::atomic<bool>& done) {
    Environment here;
    while (!done) {
        call<void>("sessionCancel", session);
        std::this_thread::yield();
    }
}

// An app's engine may call back on a thread that Java does not know.
void free_without_java(jlong segmenter) {
    ssam_segmenter_free(reinterpret_cast<ssam_segmenter*>(static_cast<intptr_t>(segmenter)));
}

void use_from_all(jlong bundle, jlong segmenter) {
    const auto session = call<jlong>("sessionCreate", segmenter);
    tap(session);
    const auto common =
        call<jlong>("sessionPredict", session, jint{-1}, jboolean{JNI_TRUE}, jlong{0});
    WANT(common != 0);
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back(use, bundle, segmenter, common);
    }
    threads.emplace_back([&] { predict_cancelled(session, done); });
    threads.emplace_back([&] { cancel(session, done); });
    for (std::thread& thread : threads) {
        thread.join();
    }
    call<void>("maskFree", common);
    call<void>("sessionFree", session);
}

}  // namespace

int main() {
    fake_java::Machine machine(run);
    Environment here;
    WANT(JNI_OnLoad(machine.get(), nullptr) == JNI_VERSION_1_6);
    const std::string manifest = test::manifest_text();
    const jobject json = bytes_of({manifest.begin(), manifest.end()});
    const auto bundle = call<jlong>("bundleParse", static_cast<jbyteArray>(json));
    WANT(bundle != 0);
    for (const jboolean concurrent : {jboolean{JNI_TRUE}, jboolean{JNI_FALSE}}) {
        const auto segmenter = call<jlong>("segmenterCreate", bundle, here.make({}), concurrent);
        WANT(segmenter != 0);
        use_from_all(bundle, segmenter);
        std::thread(free_without_java, segmenter).join();
    }
    call<void>("bundleFree", bundle);
    std::printf("%d runs, %d failures\n", runs.load(), failures.load());
    return failures == 0 && runs > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
