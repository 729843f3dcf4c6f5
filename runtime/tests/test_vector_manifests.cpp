// The shared vectors through the C interface: good and bad manifests.
#include <string>
#include <vector>

#include "runner.h"
#include "squeezesam/ssam.h"
#include "vector_file.h"

namespace {

using test::at;
using test::listed;
using test::number_at;
using test::numbers;
using test::text_at;
using test::Value;
using test::whole_at;

void check_info(const ssam_bundle_info& info, const Value& wanted) {
    CHECK_EQ(std::string(info.name), text_at(wanted, "name"));
    CHECK_EQ(std::string(info.licence), text_at(wanted, "licence"));
    CHECK_EQ(std::string(info.preset), text_at(wanted, "preset"));
    CHECK_EQ(std::string(info.backend), text_at(wanted, "backend"));
    CHECK_EQ(std::string(info.precision), text_at(wanted, "precision"));
    CHECK_EQ(std::string(info.target_name), text_at(wanted, "target"));
    CHECK_EQ(info.schema_version, whole_at(wanted, "schema_version"));
    CHECK_EQ(info.input_width, whole_at(wanted, "input_width"));
    CHECK_EQ(info.input_height, whole_at(wanted, "input_height"));
    CHECK_EQ(info.mask_width, whole_at(wanted, "mask_width"));
    CHECK_EQ(info.mask_height, whole_at(wanted, "mask_height"));
    CHECK_EQ(info.candidate_count, whole_at(wanted, "candidate_count"));
    CHECK_EQ(info.max_points, whole_at(wanted, "max_points"));
    CHECK_EQ(info.click_radius, number_at(wanted, "click_radius"));
    CHECK_EQ(double{info.box_default}, number_at(wanted, "box_default"));
    const auto can = [&](uint32_t bit) { return (info.capabilities & bit) != 0; };
    CHECK_EQ(can(SSAM_CAN_NEGATIVE_POINTS), at(wanted, "negative_points").boolean);
    CHECK_EQ(can(SSAM_CAN_BOX), at(wanted, "box").boolean);
    CHECK_EQ(can(SSAM_CAN_AUTOMATIC), at(wanted, "automatic").boolean);
    CHECK_EQ(can(SSAM_CAN_PREVIOUS_MASK), at(wanted, "previous_mask").boolean);
}

void check_tensors(const ssam_tensor_info* found, int32_t count, const Value& wanted) {
    REQUIRE(static_cast<size_t>(count) == wanted.array.size());
    for (size_t i = 0; i < wanted.array.size(); ++i) {
        const std::vector<Value>& tensor = wanted.array[i].array;
        CHECK_EQ(std::string(found[i].name), tensor.at(0).string);
        const std::vector<double> shape(found[i].shape, found[i].shape + found[i].rank);
        CHECK_EQ(listed(shape), listed(numbers(tensor.at(1))));
        CHECK_EQ(std::string(found[i].source) + found[i].role, tensor.at(2).string);
    }
}

void check_program(const ssam_bundle* bundle, int32_t index, const Value& wanted) {
    ssam_program_info program;
    MUST(ssam_bundle_get_program(bundle, index, &program));
    CHECK_EQ(std::string(program.name), text_at(wanted, "name"));
    CHECK_EQ(std::string(program.runs == SSAM_RUNS_PHOTO ? "photo" : "prompt"),
             text_at(wanted, "runs"));
    CHECK_EQ(std::string(program.path), text_at(wanted, "path"));
    CHECK_EQ(program.file_size, at(wanted, "file_size").whole);
    CHECK_EQ(program.macs, at(wanted, "macs").whole);
    check_tensors(program.inputs, program.input_count, at(wanted, "inputs"));
    check_tensors(program.outputs, program.output_count, at(wanted, "outputs"));
}

void check_manifest(const Value& one) {
    const std::string text = text_at(one, "text");
    const std::string wanted = text_at(one, "status");
    ssam_bundle* bundle = nullptr;
    const ssam_status status = ssam_bundle_parse(text.data(), text.size(), &bundle);
    CHECK_EQ(std::string(ssam_status_name(status)), wanted);
    if (status != SSAM_OK) {
        CHECK_EQ(std::string(ssam_last_error()), text_at(one, "sentence"));
        return;
    }
    ssam_bundle_info info;
    MUST(ssam_bundle_get_info(bundle, &info));
    check_info(info, at(one, "info"));
    const std::vector<Value>& programs = at(one, "programs").array;
    REQUIRE(static_cast<size_t>(ssam_bundle_program_count(bundle)) == programs.size());
    for (size_t i = 0; i < programs.size(); ++i) {
        check_program(bundle, static_cast<int32_t>(i), programs[i]);
    }
    ssam_bundle_free(bundle);
}

}  // namespace

TEST("vectors: good and bad manifests") { test::each_case("manifests", check_manifest); }
