// A Python callable as the core's engine.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "_core_support.h"

namespace ssam_py {

// The exception an engine raised on this thread during the call into the core that is under way.
// The core hands on a status and one line; this keeps the exception itself, traceback included.
inline std::unique_ptr<py::error_already_set>& pending_exception() {
    thread_local std::unique_ptr<py::error_already_set> pending;
    return pending;
}

// check() for calls that may run the engine: what the engine raised is raised on.
inline void check_engine_call(ssam_status status) {
    const std::unique_ptr<py::error_already_set> raised = std::move(pending_exception());
    if (status == SSAM_OK) return;
    const bool stopped = status == SSAM_ERROR_CANCELLED && raised &&
                         raised->matches(PyExc_Exception);  // the engine's way of stopping
    if (!raised || stopped) check(status);
    const bool ours =
        raised->matches(py::module_::import("squeezesam.errors").attr("SqueezeSamError"));
    if (ours || !raised->matches(PyExc_Exception)) throw py::error_already_set(*raised);
    const std::string sentence = ssam_last_error();
    py::error_already_set cause(*raised);
    py::raise_from(cause, error_class(SSAM_ERROR_ENGINE).ptr(), sentence.c_str());
    throw py::error_already_set();
}

inline int32_t heed_signals(void*) {
    py::gil_scoped_acquire acquired;
    if (PyErr_CheckSignals() == 0) return 0;
    pending_exception() = std::make_unique<py::error_already_set>();
    return 1;
}

// check() for calls that may read files for long: Ctrl-C, or whatever a handler of a signal raises,
// ends them. Python hears of signals on its main thread alone.
template <typename Call>
void check_reading(Call&& call) {
    ssam_stop_reading_when(&heed_signals, nullptr);
    const ssam_status status = unlocked(std::forward<Call>(call));
    ssam_stop_reading_when(nullptr, nullptr);
    const std::unique_ptr<py::error_already_set> raised = std::move(pending_exception());
    if (raised) throw py::error_already_set(*raised);
    check(status);
}

inline void write_message(const std::string& text, char* message, size_t size) {
    if (size == 0) return;
    const size_t length = std::min(text.size(), size - 1);
    std::memcpy(message, text.data(), length);
    message[length] = '\0';
}

// A read-only view of the core's memory, valid during the engine call.
inline py::array tensor_view(const ssam_tensor& tensor) {
    const std::vector<py::ssize_t> shape(tensor.shape, tensor.shape + tensor.rank);
    py::array_t<float> view(shape, tensor.data, py::capsule(tensor.data, [](void*) {}));
    view.attr("flags").attr("writeable") = false;
    return std::move(view);
}

inline void fill_output(const py::object& results, const ssam_tensor& tensor) {
    using Values = py::array_t<float, py::array::c_style | py::array::forcecast>;
    const py::str name(tensor.name);
    if (!results.contains(name)) {
        throw py::key_error("the engine returned no output '" + std::string(tensor.name) + "'");
    }
    const Values values = Values::ensure(results[name]);
    if (!values) throw py::error_already_set();
    if (values.ndim() != tensor.rank ||
        !std::equal(tensor.shape, tensor.shape + tensor.rank, values.shape())) {
        throw py::value_error("the engine's output '" + std::string(tensor.name) +
                              "' has another shape than the manifest says");
    }
    std::memcpy(tensor.data, values.data(), sizeof(float) * static_cast<size_t>(tensor.count));
}

// What the run on this thread asked to be told of; freed at its end, with Python's lock.
inline py::object*& stop_of_run() {
    thread_local py::object* stop = nullptr;
    return stop;
}

inline void stop_python_engine(void* stop) {
    py::gil_scoped_acquire acquired;
    try {
        (*static_cast<py::object*>(stop))();
    } catch (py::error_already_set& error) {
        error.discard_as_unraisable("squeezesam: stopping a run");
    }
}

// Takes effect inside of an engine's run alone. Whoever cancels may hold the core's lock and wait
// for Python's, so Python's is let go of first.
inline void on_cancel(py::object stop) {
    auto kept = std::make_unique<py::object>(std::move(stop));
    py::object* const context = kept->is_none() ? nullptr : kept.get();
    {
        py::gil_scoped_release released;
        ssam_run_on_cancel(context == nullptr ? nullptr : &stop_python_engine, context);
    }
    delete std::exchange(stop_of_run(), kept.release());
}

// Forgets it, however the run ends.
struct RunEnd {
    ~RunEnd() {
        if (stop_of_run() != nullptr) on_cancel(py::none());
        delete std::exchange(stop_of_run(), nullptr);
    }
};

inline ssam_status run_python_engine(void* user, int32_t, const char* program,
                                     const ssam_tensor* inputs, int32_t input_count,
                                     ssam_tensor* outputs, int32_t output_count, char* message,
                                     size_t message_size) {
    py::gil_scoped_acquire acquired;
    const RunEnd end;
    try {
        py::dict arguments;
        for (int32_t i = 0; i < input_count; ++i) {
            arguments[inputs[i].name] = tensor_view(inputs[i]);
        }
        const py::object results = (*static_cast<py::object*>(user))(program, arguments);
        for (int32_t i = 0; i < output_count; ++i) fill_output(results, outputs[i]);
        return SSAM_OK;
    } catch (py::error_already_set& error) {
        write_message(py::str(error.value()), message, message_size);
        pending_exception() = std::make_unique<py::error_already_set>(error);
    } catch (const std::exception& error) {
        write_message(error.what(), message, message_size);
    }
    return SSAM_ERROR_ENGINE;
}

inline void release_python_engine(void* user) {
    py::gil_scoped_acquire acquired;
    delete static_cast<py::object*>(user);
}

}  // namespace ssam_py
