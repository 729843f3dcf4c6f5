// Any bytes as an ONNX file: looked at within its bounds, and in time.
#include <cstdint>
#include <sstream>
#include <string>

#include "bundle/onnx_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::istringstream file(std::string(reinterpret_cast<const char*>(data), size));
    const auto bytes = static_cast<int64_t>(size);
    static_cast<void>(ssam::onnx_obstacle(file, bytes, "a.onnx"));
    file.clear();
    file.seekg(0);
    static_cast<void>(ssam::onnx_obstacle(file, bytes, "a.ort"));
    return 0;
}
