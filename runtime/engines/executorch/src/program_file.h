// A .pte file as ExecuTorch reads it.
#pragma once

#include <executorch/runtime/core/data_loader.h>

#include <cstddef>

namespace ssam_executorch {

// What a backend unpacks while a program is loaded (the weights, most of the file) is mapped and
// never copied. What ExecuTorch keeps (the program itself, constants) is read into memory: a file
// that shrinks later would end the process where a mapped page is gone.
class ProgramFile final : public executorch::runtime::DataLoader {
 public:
    // Throws std::system_error when the file cannot be opened.
    explicit ProgramFile(const char* path);
    ~ProgramFile() override;
    ProgramFile(const ProgramFile&) = delete;
    ProgramFile& operator=(const ProgramFile&) = delete;

    executorch::runtime::Result<executorch::runtime::FreeableBuffer> load(
        size_t offset, size_t size, const SegmentInfo& segment) const override;
    executorch::runtime::Error load_into(size_t offset, size_t size, const SegmentInfo& segment,
                                         void* buffer) const override;
    executorch::runtime::Result<size_t> size() const override { return size_; }

 private:
    bool is_inside(size_t offset, size_t size) const {
        return offset <= size_ && size <= size_ - offset;
    }

    int file_;
    size_t size_ = 0;
};

}  // namespace ssam_executorch
