#include "image/resize.h"

#include <algorithm>
#include <string>

#include "base/exact_arithmetic.h"
#include "base/failure.h"

namespace ssam {
namespace {

// The source pixels that make an output pixel: `first` ... `last` inclusive, those in between
// weighing `middle` each. Weights are whole numbers that add up to the axis's denominator.
struct Span {
    int first;
    int last;
    uint32_t head;
    uint32_t middle;
    uint32_t tail;  // 0 where first == last
};

struct Axis {
    std::vector<Span> spans;
    uint32_t denominator;
};

// In units of 1 / out of a source pixel, output pixel j covers [j * in, (j + 1) * in) and source
// pixel i covers [i * out, (i + 1) * out).
Axis area_axis(int in, int out) {
    Axis axis{std::vector<Span>(static_cast<size_t>(out)), static_cast<uint32_t>(in)};
    for (int j = 0; j < out; ++j) {
        const int64_t begin = int64_t{j} * in;
        const int64_t end = begin + in;
        Span& span = axis.spans[static_cast<size_t>(j)];
        span.first = static_cast<int>(begin / out);
        span.last = static_cast<int>((end - 1) / out);
        span.middle = static_cast<uint32_t>(out);
        span.head = static_cast<uint32_t>(std::min((int64_t{span.first} + 1) * out, end) - begin);
        span.tail =
            span.first == span.last ? 0 : static_cast<uint32_t>(end - int64_t{span.last} * out);
    }
    return axis;
}

// Output pixel j lies at (j + 0.5) * in / out - 0.5, here in units of 1 / (2 * out).
Axis linear_axis(int in, int out) {
    const int64_t unit = 2 * int64_t{out};
    Axis axis{std::vector<Span>(static_cast<size_t>(out)), static_cast<uint32_t>(unit)};
    for (int j = 0; j < out; ++j) {
        const int64_t wanted = (2 * int64_t{j} + 1) * in - out;
        const int64_t at = std::clamp<int64_t>(wanted, 0, (int64_t{in} - 1) * unit);
        Span& span = axis.spans[static_cast<size_t>(j)];
        span.first = static_cast<int>(at / unit);
        span.tail = static_cast<uint32_t>(at % unit);
        span.head = static_cast<uint32_t>(unit) - span.tail;
        span.last = span.tail == 0 ? span.first : span.first + 1;
        span.middle = 0;
    }
    return axis;
}

Axis make_axis(int in, int out) { return out <= in ? area_axis(in, out) : linear_axis(in, out); }

// Bytes summed as 16 bit do not overflow for so many rows.
constexpr int kRowsPerSum = 256;
// Columns worked on together: their sums stay in the first-level cache.
constexpr int kBlock = 4096;

void add_rows(const uint8_t* rows, ptrdiff_t stride, int count, int width, uint16_t* sums) {
    std::fill_n(sums, width, uint16_t{0});
    int row = 0;
    for (; row + 4 <= count; row += 4) {
        const uint8_t* a = rows + row * stride;
        const uint8_t* b = a + stride;
        const uint8_t* c = b + stride;
        const uint8_t* d = c + stride;
        for (int i = 0; i < width; ++i) {
            sums[i] = static_cast<uint16_t>(sums[i] + a[i] + b[i] + c[i] + d[i]);
        }
    }
    for (; row < count; ++row) {
        const uint8_t* a = rows + row * stride;
        for (int i = 0; i < width; ++i) {
            sums[i] = static_cast<uint16_t>(sums[i] + a[i]);
        }
    }
}

// Weighted sum of a span's rows, one block of columns; `first` lies in the span's first row. Every
// partial sum is a whole number below 255 * 65535 < 2^24 (area) or 255 * 2 * kMaxResizedSide < 2^24
// (linear): float32 is exact, and unlike 32-bit integers it multiplies in one instruction on
// baseline x86-64.
void sum_rows(const uint8_t* first, ptrdiff_t stride, const Span& span, int width, float* sums) {
    const int inner_rows = span.last - span.first - 1;
    const uint8_t* last = first + (span.last - span.first) * stride;
    const float head = static_cast<float>(span.head);
    const float tail = static_cast<float>(span.tail);
    for (int i = 0; i < width; ++i) {
        sums[i] = head * static_cast<float>(first[i]) + tail * static_cast<float>(last[i]);
    }
    const float middle = static_cast<float>(span.middle);
    for (int row = 0; row < inner_rows; row += kRowsPerSum) {
        uint16_t inner[kBlock];
        add_rows(first + (row + 1) * stride, stride, std::min(kRowsPerSum, inner_rows - row), width,
                 inner);
        for (int i = 0; i < width; ++i) {
            sums[i] += middle * static_cast<float>(inner[i]);
        }
    }
}

void sum_span(const uint8_t* first, ptrdiff_t stride, const Span& span, int row_bytes,
              std::vector<uint32_t>& out) {
    float sums[kBlock];
    for (int begin = 0; begin < row_bytes; begin += kBlock) {
        const int width = std::min(kBlock, row_bytes - begin);
        sum_rows(first + begin, stride, span, width, sums);
        uint32_t* to = out.data() + begin;
        for (int i = 0; i < width; ++i) {
            to[i] = static_cast<uint32_t>(static_cast<int32_t>(sums[i]));
        }
    }
}

// The rows of a photo that make one row of the result, as pixels of `channels` bytes: where they
// lie, or for a photo that needs it in a strip of RGB that is as high as a span.
class Rows {
 public:
    explicit Rows(const ImageView& image)
        : image_(image), stride_(image.needs_rgb() ? ptrdiff_t{image.width} * 3 : image.stride) {}

    const uint8_t* load(const Span& span) {
        if (!image_.needs_rgb()) {
            return image_.data + span.first * stride_;
        }
        strip_.resize(static_cast<size_t>(span.last - span.first + 1) *
                      static_cast<size_t>(stride_));
        for (int y = span.first; y <= span.last; ++y) {
            image_.write_rgb(y, 0, image_.width, strip_.data() + (y - span.first) * stride_);
        }
        return strip_.data();
    }

    ptrdiff_t stride() const { return stride_; }

 private:
    const ImageView& image_;
    ptrdiff_t stride_;
    std::vector<uint8_t> strip_;
};

// round(sum / denominator) half up: an estimate by multiplication, corrected exactly.
class Divider {
 public:
    explicit Divider(int64_t denominator)
        : twice_(2 * denominator), denominator_(denominator), inverse_(0.5 / double(denominator)) {}

    uint8_t operator()(int64_t sum) const {
        const int64_t numerator = 2 * sum + denominator_;
        int64_t quotient = static_cast<int64_t>(static_cast<double>(numerator) * inverse_);
        const int64_t rest = numerator - quotient * twice_;
        quotient += rest >= twice_ ? 1 : (rest < 0 ? -1 : 0);
        return static_cast<uint8_t>(quotient);
    }

 private:
    int64_t twice_;
    int64_t denominator_;
    double inverse_;
};

template <int kChannels>
void shrink_row(const std::vector<uint32_t>& sums, const Axis& axis, const Divider& divide,
                bool swap_red_blue, uint8_t* out) {
    constexpr int kUsed = kChannels == 1 ? 1 : 3;
    for (const Span& span : axis.spans) {
        const uint32_t* first = sums.data() + static_cast<size_t>(span.first) * kChannels;
        const uint32_t* last = sums.data() + static_cast<size_t>(span.last) * kChannels;
        int64_t inner[kUsed] = {};
        for (const uint32_t* pixel = first + kChannels; pixel < last; pixel += kChannels) {
            for (int c = 0; c < kUsed; ++c) {
                inner[c] += pixel[c];
            }
        }
        uint8_t value[3];
        for (int c = 0; c < kUsed; ++c) {
            value[c] = divide(int64_t{span.head} * first[c] + int64_t{span.middle} * inner[c] +
                              int64_t{span.tail} * last[c]);
        }
        if (kUsed == 1) {
            value[1] = value[2] = value[0];
        }
        out[0] = value[swap_red_blue ? 2 : 0];
        out[1] = value[1];
        out[2] = value[swap_red_blue ? 0 : 2];
        out += 3;
    }
}

}  // namespace

std::vector<uint8_t> resize_rgb(const ImageView& image, Size size) {
    if (size.width < 1 || size.height < 1 || size.width > kMaxResizedSide ||
        size.height > kMaxResizedSide) {
        fail(SSAM_ERROR_INVALID_ARGUMENT,
             "a photo is resized to 1 to " + std::to_string(kMaxResizedSide) + " pixels a side");
    }
    // Resize as stored and turn the small result: averaging does not care about the direction.
    const Size stored = image.transpose ? Size{size.height, size.width} : size;
    const Axis columns = make_axis(image.width, stored.width);
    const Axis rows = make_axis(image.height, stored.height);
    const Divider divide(int64_t{columns.denominator} * rows.denominator);
    const int channels = image.needs_rgb() ? 3 : image.channels;
    const int row_bytes = image.width * channels;

    std::vector<uint32_t> sums(static_cast<size_t>(row_bytes));
    std::vector<uint8_t> small(static_cast<size_t>(stored.width) *
                               static_cast<size_t>(stored.height) * 3);
    uint8_t* out = small.data();
    Rows photo(image);
    for (const Span& span : rows.spans) {
        sum_span(photo.load(span), photo.stride(), span, row_bytes, sums);
        switch (channels) {
            case 1:
                shrink_row<1>(sums, columns, divide, false, out);
                break;
            case 3:
                shrink_row<3>(sums, columns, divide, false, out);
                break;
            default:
                shrink_row<4>(sums, columns, divide, image.swap_red_blue, out);
        }
        out += ptrdiff_t{stored.width} * 3;
    }
    if (!image.transpose && !image.flip_u && !image.flip_v) {
        return small;
    }
    ImageView view = image;
    view.data = small.data();
    view.width = stored.width;
    view.height = stored.height;
    view.stride = ptrdiff_t{stored.width} * 3;
    view.channels = 3;
    view.swap_red_blue = false;
    view.has_alpha = false;
    view.chroma.reset();
    std::vector<uint8_t> upright(small.size());
    orient(view, upright.data(), ptrdiff_t{size.width} * 3);
    return upright;
}

}  // namespace ssam
