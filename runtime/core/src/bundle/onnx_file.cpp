#include "bundle/onnx_file.h"

#include <optional>

#include "base/interruption.h"

namespace ssam {
namespace {

constexpr int kMaxDepth = 64;  // protobuf's own limit is 100
constexpr int64_t kFieldsBetween = 1 << 16;
constexpr const char* kNoProgram = "is not an ONNX program that can be checked; export it again";
constexpr const char* kOutside =
    "keeps data outside of itself (ONNX external data), which no hash covers; export it again";

enum class Message { kModel, kGraph, kNode, kAttribute, kSparse, kTensor, kFunction, kTraining };

// All fields through which a tensor can be reached.
struct Child {
    Message parent;
    uint64_t field;
    Message message;
};
constexpr Child kChildren[] = {
    {Message::kModel, 7, Message::kGraph},         {Message::kModel, 20, Message::kTraining},
    {Message::kModel, 25, Message::kFunction},     {Message::kGraph, 1, Message::kNode},
    {Message::kGraph, 5, Message::kTensor},        {Message::kGraph, 15, Message::kSparse},
    {Message::kNode, 5, Message::kAttribute},      {Message::kAttribute, 5, Message::kTensor},
    {Message::kAttribute, 6, Message::kGraph},     {Message::kAttribute, 10, Message::kTensor},
    {Message::kAttribute, 11, Message::kGraph},    {Message::kAttribute, 22, Message::kSparse},
    {Message::kAttribute, 23, Message::kSparse},   {Message::kSparse, 1, Message::kTensor},
    {Message::kSparse, 2, Message::kTensor},       {Message::kFunction, 7, Message::kNode},
    {Message::kFunction, 11, Message::kAttribute}, {Message::kTraining, 1, Message::kGraph},
    {Message::kTraining, 2, Message::kGraph},
};
// Of a TensorProto.
constexpr uint64_t kExternalData = 13;
constexpr uint64_t kDataLocation = 14;

std::optional<Message> child_of(Message parent, uint64_t field) {
    for (const Child& child : kChildren) {
        if (child.parent == parent && child.field == field) {
            return child.message;
        }
    }
    return std::nullopt;
}

class Reader {
 public:
    Reader(std::istream& file, int64_t size) : file_(file), size_(size) {}

    const char* read(Message message, int64_t end, int depth) {
        if (depth > kMaxDepth) {
            return kNoProgram;
        }
        while (at_ < end) {
            if (++fields_ % kFieldsBetween == 0) {
                Interruption::check();
            }
            if (const char* obstacle = read_field(message, end, depth)) {
                return obstacle;
            }
        }
        return nullptr;
    }

 private:
    // One field; at_ stands behind it afterwards.
    const char* read_field(Message message, int64_t end, int depth) {
        const auto tag = varint(end, 5);
        if (!tag || *tag > UINT32_MAX || *tag >> 3 == 0) {
            return kNoProgram;
        }
        const uint64_t field = *tag >> 3;
        const uint64_t kind = *tag & 7;
        if (message == Message::kTensor && field == kExternalData) {
            return kOutside;
        }
        const bool location = message == Message::kTensor && field == kDataLocation;
        const std::optional<Message> child = child_of(message, field);
        if ((location && kind != 0) || (child && kind != 2)) {
            return kNoProgram;
        }
        switch (kind) {
            case 0: {
                const auto value = varint(end, 10);
                if (!value) {
                    return kNoProgram;
                }
                return location && *value != 0 ? kOutside : nullptr;
            }
            case 1:
                return skip(8, end);
            case 5:
                return skip(4, end);
            case 2: {
                const auto length = varint(end, 5);
                if (!length || *length > static_cast<uint64_t>(end - at_)) {
                    return kNoProgram;
                }
                const auto bytes = static_cast<int64_t>(*length);
                return child ? read(*child, at_ + bytes, depth + 1) : skip(bytes, end);
            }
            default:
                return kNoProgram;
        }
    }

    std::optional<uint64_t> varint(int64_t end, int most) {
        uint64_t value = 0;
        for (int i = 0; i < most && at_ < end; ++i) {
            const int byte = file_.get();
            if (byte == std::istream::traits_type::eof()) {
                return std::nullopt;
            }
            ++at_;
            value |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
            if ((byte & 0x80) == 0) {
                return value;
            }
        }
        return std::nullopt;
    }

    const char* skip(int64_t bytes, int64_t end) {
        constexpr int64_t kNear = 4096;  // what is nearer than this is read rather than sought
        if (bytes > end - at_) {
            return kNoProgram;
        }
        at_ += bytes;
        if (bytes > kNear) {
            file_.seekg(at_);
        } else {
            file_.ignore(bytes);
        }
        return file_.good() || at_ == size_ ? nullptr : kNoProgram;
    }

    std::istream& file_;
    int64_t size_;
    int64_t at_ = 0;
    int64_t fields_ = 0;
};

bool ends_with(const std::string& text, const std::string& end) {
    return text.size() >= end.size() &&
           text.compare(text.size() - end.size(), end.size(), end) == 0;
}

// ONNX Runtime tells its own format by the name of a file and by these bytes of a buffer: only
// where both agree is it known what it will read.
bool has_mark(std::istream& file, int64_t size) {
    char mark[8] = {};
    const bool found =
        size >= 8 && file.read(mark, sizeof mark) && std::string(mark + 4, 4) == "ORTM";
    file.clear();
    file.seekg(0);
    return found;
}

}  // namespace

std::string onnx_obstacle(std::istream& file, int64_t size, const std::string& name) {
    const bool marked = has_mark(file, size);
    if (marked != ends_with(name, ".ort")) {
        return marked ? "is in ONNX Runtime's own format, yet not called .ort"
                      : "is called .ort, yet not in ONNX Runtime's own format";
    }
    if (marked) {
        return "";
    }
    const char* obstacle = Reader(file, size).read(Message::kModel, size, 0);
    return obstacle == nullptr ? "" : obstacle;
}

}  // namespace ssam
