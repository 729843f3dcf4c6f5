// A bundle's folder for a test.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "squeezesam/ssam.h"

namespace test {

namespace fs = std::filesystem;

inline ssam_status open(const fs::path& folder, uint32_t flags = 0) {
    ssam_bundle* bundle = nullptr;
    const ssam_status status = ssam_bundle_open(folder.u8string().c_str(), flags, &bundle);
    ssam_bundle_free(bundle);
    return status;
}

// A folder that is gone at the end of the test.
class Folder {
 public:
    Folder() {
        static int count = 0;
        path = fs::temp_directory_path() / ("ssam-test-\xC3\xA9-" + std::to_string(++count) + "-" +
                                            std::to_string(reinterpret_cast<uintptr_t>(this)));
        fs::create_directories(path);
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    void write(const std::string& name, const std::string& bytes) const {
        fs::create_directories((path / name).parent_path());
        std::ofstream(path / name, std::ios::binary) << bytes;
    }
    fs::path path;
};

}  // namespace test
