// The shared vectors through the C interface: sessions of pipelines, run by run.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "runner.h"
#include "squeezesam/ssam.h"
#include "vector_file.h"
#include "vector_session.h"

namespace {

using test::at;
using test::floats_at;
using test::text_at;
using test::Value;

// An engine that expects the recorded runs of a step, in order, and answers each as recorded.
struct Script {
    const std::vector<Value>* runs = nullptr;
    size_t next = 0;

    static void check_input(const ssam_tensor& given, const Value& wanted) {
        REQUIRE(given.count == wanted.array.at(0).whole);
        for (const Value& sample : wanted.array.at(1).array) {
            const float value = given.data[sample.array.at(0).whole];
            CHECK(std::abs(double{value} - sample.array.at(1).number) <= 1e-5);
        }
    }

    static ssam_status run(void* user, int32_t, const char* program, const ssam_tensor* in,
                           int32_t in_count, ssam_tensor* out, int32_t out_count, char*, size_t) {
        auto& self = *static_cast<Script*>(user);
        if (self.next == self.runs->size()) {
            return SSAM_ERROR_ENGINE;  // one run too many
        }
        const Value& wanted = (*self.runs)[self.next++];
        CHECK_EQ(std::string(program), text_at(wanted, "program"));
        for (int32_t i = 0; i < in_count; ++i) {
            check_input(in[i], at(at(wanted, "inputs"), in[i].name));
        }
        for (int32_t i = 0; i < out_count; ++i) {
            const std::vector<float> answer = floats_at(at(wanted, "outputs"), out[i].name);
            REQUIRE(static_cast<int64_t>(answer.size()) == out[i].count);
            std::copy(answer.begin(), answer.end(), out[i].data);
        }
        return SSAM_OK;
    }
};

void check_pipeline(const Value& one) {
    Script script;
    ssam_session* session = test::make_session(one, {&script, Script::run, nullptr, 0});
    test::set_photo(session, one, test::bytes_at(one, "photo"));
    for (const Value& step : at(one, "steps").array) {
        test::make_calls(session, at(step, "calls"));
        script.runs = &at(step, "runs").array;
        script.next = 0;
        const ssam_predict_options options = test::options_of(at(step, "options"));
        ssam_mask* mask = nullptr;
        MUST(ssam_session_predict(session, &options, &mask));
        CHECK_EQ(script.next, script.runs->size());
        test::check_mask(mask, step);
        ssam_mask_free(mask);
    }
    ssam_session_free(session);
}

}  // namespace

TEST("vectors: sessions of pipelines") { test::each_case("pipelines", check_pipeline); }
