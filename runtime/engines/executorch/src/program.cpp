#include "program.h"

#include <cstdio>
#include <cstring>
#include <new>
#include <numeric>
#include <system_error>

#include "shared/failure.h"
#include "signature.h"

namespace ssam_executorch {
namespace {

using ssam_engines::Failure;

using executorch::aten::ScalarType;
using executorch::aten::Tensor;
using executorch::aten::TensorImpl;
using executorch::runtime::Error;
using executorch::runtime::EValue;

constexpr const char* kMethod = "forward";

std::string hexadecimal(Error error) {
    char text[16];
    std::snprintf(text, sizeof text, "%x", static_cast<unsigned>(error));
    return text;
}

void must_load(Error error, const std::string& what) {
    if (error == Error::MemoryAllocationFailed) {
        throw std::bad_alloc();
    }
    if (error != Error::Ok) {
        throw Failure(SSAM_ERROR_ENGINE,
                      "Failed to load " + what + ", error: 0x:" + hexadecimal(error));
    }
}

}  // namespace

Program::Program(const ssam_program_info& info) : name_(info.name) {
    try {
        load(info.path);
    } catch (const std::system_error& error) {
        throw Failure(SSAM_ERROR_ENGINE,
                      "executorch cannot load the program '" + name_ + "': " + error.what());
    } catch (const Failure& failure) {
        throw Failure(failure.status(),
                      "executorch cannot load the program '" + name_ + "': " + failure.what());
    }
    const auto meta = method_->method_meta();
    check_signature(name_, meta, info);
    for (size_t i = 0; i < meta.num_inputs(); ++i) {
        const auto sizes = meta.input_tensor_meta(i)->sizes();
        Layout layout;
        layout.sizes.assign(sizes.begin(), sizes.end());
        layout.order.resize(sizes.size());
        std::iota(layout.order.begin(), layout.order.end(), uint8_t{0});
        layout.strides.assign(sizes.size(), 1);
        for (size_t axis = sizes.size(); axis-- > 1;) {
            layout.strides[axis - 1] = layout.strides[axis] * layout.sizes[axis];
        }
        layouts_.push_back(std::move(layout));
    }
    for (size_t i = 0; i < meta.num_outputs(); ++i) {
        const auto output = meta.output_tensor_meta(i);
        is_planned_.push_back(!output.ok() || output->is_memory_planned());
    }
}

void Program::load(const char* path) {
    file_.emplace(path);
    auto program = executorch::runtime::Program::load(
        &*file_, executorch::runtime::Program::Verification::InternalConsistency);
    must_load(program.error(), "program");
    program_.emplace(std::move(program.get()));
    const auto meta = program_->method_meta(kMethod);
    must_load(meta.error(), std::string("method ") + kMethod);
    planned_.emplace(meta.get());
    manager_.emplace(&method_memory_, planned_->allocator(), &scratch_);
    auto method = program_->load_method(kMethod, &*manager_);
    must_load(method.error(), std::string("method ") + kMethod);
    method_.emplace(std::move(method.get()));
}

void Program::run(const ssam_tensor* inputs, int32_t input_count, ssam_tensor* outputs,
                  int32_t output_count) {
    for (int32_t i = 0; i < input_count; ++i) {
        set_input(inputs[i], static_cast<size_t>(i));
    }
    for (int32_t i = 0; i < output_count; ++i) {
        const auto position = static_cast<size_t>(i);
        if (is_planned_[position]) {
            continue;
        }
        const size_t bytes = static_cast<size_t>(outputs[i].count) * sizeof(float);
        if (method_->set_output_data_ptr(outputs[i].data, bytes, position) != Error::Ok) {
            fail(std::string("it has no memory for the output '") + outputs[i].name + "'");
        }
    }
    const Error error = method_->execute();
    if (error != Error::Ok) {
        fail("method->execute() failed with error 0x" + hexadecimal(error));
    }
    for (int32_t i = 0; i < output_count; ++i) {
        take_output(outputs[i], static_cast<size_t>(i));
    }
}

void Program::set_input(const ssam_tensor& tensor, size_t position) {
    Layout& layout = layouts_[position];
    TensorImpl view(ScalarType::Float, static_cast<ssize_t>(layout.sizes.size()),
                    layout.sizes.data(), tensor.data, layout.order.data(), layout.strides.data());
    const Error error = method_->set_input(EValue(Tensor(&view)), position);
    if (error != Error::Ok) {
        fail(std::string("it refuses the input '") + tensor.name + "' with error 0x" +
             hexadecimal(error));
    }
}

void Program::take_output(ssam_tensor& tensor, size_t position) const {
    const EValue& value = method_->get_output(position);
    const size_t bytes = static_cast<size_t>(tensor.count) * sizeof(float);
    if (!value.isTensor() || value.toTensor().nbytes() != bytes) {
        fail(std::string("its output '") + tensor.name + "' has another size than it said");
    }
    const void* data = value.toTensor().const_data_ptr();
    if (data != tensor.data) {
        std::memcpy(tensor.data, data, bytes);
    }
}

void Program::fail(const std::string& why) const {
    throw Failure(SSAM_ERROR_ENGINE, "executorch failed in the program '" + name_ + "': " + why);
}

}  // namespace ssam_executorch
