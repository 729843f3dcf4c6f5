#include "bundle/source_reader.h"

#include <cmath>

namespace ssam {
namespace {

constexpr double kMaxValue = 1e6;  // of a normalisation
constexpr int64_t kAnySize = -1;

std::array<double, 3> read_channels(const Field& field, double least, double most) {
    const std::vector<Field> items = field.items();
    if (items.size() != 3) {
        field.refuse("must have 3 entries");
    }
    return {items[0].real(least, most), items[1].real(least, most), items[2].real(least, most)};
}

void read_range(const Field& range, PhotoForm& photo) {
    const std::vector<Field> ends = range.items();
    if (ends.size() != 2) {
        range.refuse("must have 2 entries");
    }
    photo.low = ends[0].real(-kMaxValue, kMaxValue);
    photo.high = ends[1].real(-kMaxValue, kMaxValue);
    if (photo.low >= photo.high) {
        range.refuse("must rise");
    }
}

void read_normalisation(const Field& field, PhotoForm& photo) {
    if (field.is_text()) {
        want_text(field, "folded");
        return;
    }
    photo.mean = read_channels(field.at("mean"), -kMaxValue, kMaxValue);
    photo.deviation = read_channels(field.at("std"), 1e-6, kMaxValue);
}

PhotoForm read_photo(const Field& field, const TensorSpec& tensor) {
    PhotoForm photo;
    photo.size = tensor.size();
    want_text(field.at("channels"), "rgb");
    read_range(field.at("range"), photo);
    read_normalisation(field.at("normalisation"), photo);
    const Field padding = field.at("padding");
    want_text(padding.at("side"), "bottom_right");
    photo.padding = read_channels(padding.at("value"), 0, 255);
    return photo;
}

bool is_logits(const Field& values) {
    const std::string text = values.text();
    if (text != "logits" && text != "probability") {
        values.refuse("is \"" + text + "\"; this runtime knows logits and probability");
    }
    return text == "logits";
}

SourceKind read_kind(const Field& field) {
    const std::string text = field.text();
    for (const SourceKind kind :
         {SourceKind::kPhoto, SourceKind::kPlanes, SourceKind::kPoints, SourceKind::kLabels,
          SourceKind::kMask, SourceKind::kMaskFlag, SourceKind::kProgram}) {
        if (text == name_of(kind)) {
            return kind;
        }
    }
    field.refuse("is \"" + text +
                 "\", which this runtime does not provide; it knows photo, planes, points, labels, "
                 "mask, mask_flag and program");
}

// The shape that an input of this kind has; nothing to say of a program's output.
std::vector<int64_t> usual_shape(SourceKind kind) {
    switch (kind) {
        case SourceKind::kPhoto:
            return {1, 3, kAnySize, kAnySize};
        case SourceKind::kPlanes:
            return {1, 2, kAnySize, kAnySize};
        case SourceKind::kPoints:
            return {1, kAnySize, 2};
        case SourceKind::kLabels:
            return {1, kAnySize};
        case SourceKind::kMask:
            return {1, 1, kAnySize, kAnySize};
        default:
            return {};
    }
}

void check_shape(const Field& source, SourceKind kind, const TensorSpec& tensor) {
    const std::vector<int64_t> usual = usual_shape(kind);
    bool fits = kind != SourceKind::kMaskFlag || tensor.count() == 1;
    if (!usual.empty()) {
        fits = tensor.shape.size() == usual.size();
        for (size_t i = 0; fits && i < usual.size(); ++i) {
            fits = usual[i] == kAnySize || usual[i] == tensor.shape[i];
        }
    }
    if (!fits) {
        source.refuse(std::string("is \"") + name_of(kind) +
                      "\", which does not fill a tensor of " + shape_text(tensor.shape) +
                      (usual.empty() ? "" : ": it must be " + shape_text(usual)));
    }
}

}  // namespace

std::string shape_text(const std::vector<int64_t>& shape) {
    std::string text;
    for (const int64_t side : shape) {
        text += (text.empty() ? "" : "x") + (side == kAnySize ? "?" : std::to_string(side));
    }
    return text.empty() ? "one number" : text;
}

void want_text(const Field& field, const char* wanted) {
    const std::string text = field.text();
    if (text != wanted) {
        field.refuse("is \"" + text + "\"; this runtime knows only \"" + wanted + "\"");
    }
}

ReadProgram::Wanted read_source(const Field& field, TensorSpec& tensor) {
    Source& source = tensor.source;
    source.kind = read_kind(field.at("kind"));
    check_shape(field, source.kind, tensor);
    switch (source.kind) {
        case SourceKind::kPhoto:
            source.photo = read_photo(field, tensor);
            break;
        case SourceKind::kPoints:
            if (const auto normalised = field.maybe("normalised")) {
                source.normalised = normalised->flag();
            }
            break;
        case SourceKind::kLabels:
            if (const auto box = field.maybe("box")) {
                want_text(*box, "corners");
            }
            break;
        case SourceKind::kMask:
            source.logits = is_logits(field.at("values"));
            break;
        case SourceKind::kProgram:
            return {field.at("program").text(), field.at("output").text()};
        default:
            break;
    }
    return {};
}

}  // namespace ssam
