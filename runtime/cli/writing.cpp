#include "writing.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>

#include "failure.h"

namespace cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refused(const std::string& path) {
    throw Failure(path + ": cannot be written (" + std::strerror(errno) + ")");
}

[[noreturn]] void exists(const std::string& path) {
    throw Failure(path + ": exists already; it is replaced only with overwrite (use --overwrite)");
}

// Never longer than a name may be, however long the target's is.
std::string beside(const fs::path& path) {
    std::random_device random;
    char name[32];
    std::snprintf(name, sizeof name, ".%08x%08x.part", static_cast<unsigned>(random()),
                  static_cast<unsigned>(random()));
    return (path.parent_path() / name).string();
}

// Gone at the end, whether it was moved or not.
class Part {
 public:
    explicit Part(std::string path)
        : path_(std::move(path)),
          descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0666)) {}
    ~Part() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
            ::unlink(path_.c_str());
        }
    }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    bool is_open() const { return descriptor_ >= 0; }
    const char* path() const { return path_.c_str(); }

    bool write(const std::vector<uint8_t>& data) const {
        size_t done = 0;
        while (done < data.size()) {
            const ssize_t count = ::write(descriptor_, data.data() + done, data.size() - done);
            if (count < 0 && errno != EINTR) {
                return false;
            }
            done += count > 0 ? static_cast<size_t>(count) : 0;
        }
        return true;
    }

 private:
    std::string path_;
    int descriptor_;
};

void move(const Part& part, const std::string& path, bool overwrite) {
    // Unlike a rename, a link fails if someone has just made the file.
    if (!overwrite) {
        if (::link(part.path(), path.c_str()) == 0) {
            return;
        }
        if (errno == EEXIST) {
            exists(path);
        }
    }
    if (std::rename(part.path(), path.c_str()) != 0) {
        refused(path);
    }
}

}  // namespace

void check_free(const std::string& path, bool overwrite) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(path, error);
    if (fs::is_directory(path, error)) {
        throw Failure(path + ": is a folder; name a file in it");
    }
    if (!overwrite && fs::exists(status)) {
        exists(path);
    }
}

void write_whole(const std::string& path, const std::vector<uint8_t>& data, bool overwrite) {
    check_free(path, overwrite);
    const Part part(beside(path));
    if (!part.is_open() || !part.write(data)) {
        refused(path);
    }
    move(part, path, overwrite);
}

}  // namespace cli
