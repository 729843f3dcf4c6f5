#include "program_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "memory.h"

namespace ssam_executorch {
namespace {

using executorch::runtime::Error;
using executorch::runtime::FreeableBuffer;
using executorch::runtime::Result;

size_t page_size() {
    static const auto size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    return size;
}

// How far `offset` lies behind the beginning of its page: mappings begin with a page.
size_t lead_of(size_t offset) { return offset % page_size(); }

void unmap(void*, void* data, size_t size) {
    const size_t lead = lead_of(reinterpret_cast<size_t>(data));
    munmap(static_cast<char*>(data) - lead, size + lead);
}

Result<FreeableBuffer> mapped(int file, size_t offset, size_t size) {
    const size_t lead = lead_of(offset);
    void* const pages =
        mmap(nullptr, size + lead, PROT_READ, MAP_PRIVATE, file, static_cast<off_t>(offset - lead));
    if (pages == MAP_FAILED) {
        return Error::AccessFailed;
    }
    return FreeableBuffer(static_cast<const char*>(pages) + lead, size, unmap);
}

bool read_fully(int file, size_t offset, size_t size, void* buffer) {
    auto* to = static_cast<char*>(buffer);
    while (size > 0) {
        const ssize_t got = pread(file, to, size, static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        const auto count = static_cast<size_t>(got);
        to += count;
        offset += count;
        size -= count;
    }
    return true;
}

void free_copy(void*, void* data, size_t) { std::free(data); }

Result<FreeableBuffer> copied(int file, size_t offset, size_t size) {
    Memory memory = allocate(size, kCacheLine);
    if (memory == nullptr) {
        return Error::MemoryAllocationFailed;
    }
    if (!read_fully(file, offset, size, memory.get())) {
        return Error::AccessFailed;
    }
    return FreeableBuffer(memory.release(), size, free_copy);
}

}  // namespace

ProgramFile::ProgramFile(const char* path) : file_(open(path, O_RDONLY | O_CLOEXEC)) {
    struct stat status{};
    if (file_ < 0 || fstat(file_, &status) != 0) {
        const int reason = errno;
        if (file_ >= 0) {
            close(file_);
        }
        throw std::system_error(reason, std::generic_category(), "the file cannot be opened");
    }
    size_ = static_cast<size_t>(status.st_size);
}

ProgramFile::~ProgramFile() { close(file_); }

Result<FreeableBuffer> ProgramFile::load(size_t offset, size_t size,
                                         const SegmentInfo& segment) const {
    if (!is_inside(offset, size)) {
        return Error::InvalidArgument;
    }
    if (size == 0) {
        return FreeableBuffer();
    }
    return segment.segment_type == SegmentInfo::Type::Backend ? mapped(file_, offset, size)
                                                              : copied(file_, offset, size);
}

Error ProgramFile::load_into(size_t offset, size_t size, const SegmentInfo&, void* buffer) const {
    if (!is_inside(offset, size)) {
        return Error::InvalidArgument;
    }
    return read_fully(file_, offset, size, buffer) ? Error::Ok : Error::AccessFailed;
}

}  // namespace ssam_executorch
