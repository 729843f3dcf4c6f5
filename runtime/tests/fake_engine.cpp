#include "fake_engine.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "runner.h"

namespace test {
namespace {

struct Colour {
    double r = 0, g = 0, b = 0;
};

double distance(const Colour& a, const Colour& b) {
    return std::abs(a.r - b.r) + std::abs(a.g - b.g) + std::abs(a.b - b.b);
}

class Picture {
 public:
    explicit Picture(const ssam_tensor& tensor)
        : data_(tensor.data), height(tensor.shape[2]), width(tensor.shape[3]) {}

    Colour at(int64_t y, int64_t x) const {
        const int64_t i = y * width + x;
        const int64_t plane = height * width;
        return {data_[i], data_[i + plane], data_[i + 2 * plane]};
    }

    // The mean colour where `chosen(y, x)`.
    template <typename Chosen>
    Colour mean(Chosen&& chosen, Colour otherwise) const {
        Colour sum;
        int count = 0;
        for (int64_t y = 0; y < height; ++y) {
            for (int64_t x = 0; x < width; ++x) {
                if (chosen(y, x)) {
                    const Colour c = at(y, x);
                    sum = {sum.r + c.r, sum.g + c.g, sum.b + c.b};
                    ++count;
                }
            }
        }
        return count == 0 ? otherwise : Colour{sum.r / count, sum.g / count, sum.b / count};
    }

 private:
    const float* data_;

 public:
    int64_t height;
    int64_t width;
};

// Nearer to the colour under the foreground clicks (or in the box) than to the top left pixel's or
// to the one under the background clicks. Candidate k is stricter the higher k.
void segment(const ssam_tensor* in, ssam_tensor* out, const std::vector<float>& scores) {
    const Picture picture(in[0]);
    const float* box = in[1].data;
    const float* clicks = box + picture.height * picture.width;
    const auto plane = [&](const float* p, int64_t y, int64_t x) {
        return p[y * picture.width + x];
    };
    const bool clicked =
        std::any_of(clicks, clicks + picture.height * picture.width, [](float v) { return v > 0; });
    const Colour object = picture.mean(
        [&](int64_t y, int64_t x) { return plane(clicked ? clicks : box, y, x) > 0; }, {});
    const Colour rest = picture.mean([&](int64_t y, int64_t x) { return plane(clicks, y, x) < 0; },
                                     picture.at(0, 0));
    const int64_t rows = out[0].shape[2];
    const int64_t columns = out[0].shape[3];
    float* logit = out[0].data;
    for (int64_t k = 0; k < out[0].shape[1]; ++k) {
        for (int64_t y = 0; y < rows; ++y) {
            for (int64_t x = 0; x < columns; ++x) {
                const int64_t py = y * picture.height / rows + 2;
                const int64_t px = x * picture.width / columns + 2;
                const Colour here = picture.at(py, px);
                const double towards = distance(here, rest) - distance(here, object);
                *logit++ = static_cast<float>(towards / 20.0 - static_cast<double>(k) -
                                              (plane(box, py, px) > 0 ? 0.0 : 1000.0));
            }
        }
    }
    std::copy(scores.begin(), scores.end(), out[1].data);
}

// What differs from the top left pixel stands out.
void find_salient(const ssam_tensor* in, ssam_tensor* out) {
    const Picture picture(in[0]);
    const Colour rest = picture.at(0, 0);
    for (int64_t y = 0; y < picture.height; ++y) {
        for (int64_t x = 0; x < picture.width; ++x) {
            out[0].data[y * picture.width + x] =
                static_cast<float>(distance(picture.at(y, x), rest) / 50.0 - 4.0);
        }
    }
}

std::vector<float> copy_of(const ssam_tensor& tensor) {
    return {tensor.data, tensor.data + tensor.count};
}

ssam_status run(void* user, int32_t, const char* program, const ssam_tensor* in, int32_t,
                ssam_tensor* out, int32_t, char* message, size_t message_size) {
    FakeEngine& fake = *static_cast<FakeEngine*>(user);
    const bool segments = std::string(program) == "segment";
    const int inside = ++fake.inside;
    int most = fake.most_inside;
    while (inside > most && !fake.most_inside.compare_exchange_weak(most, inside)) {
    }
    if (fake.during) {
        fake.during(program);
    }
    if (segments) {
        ++fake.segment_runs;
        segment(in, out, fake.scores);
    } else {
        ++fake.heat_runs;
        find_salient(in, out);
    }
    if (fake.extreme) {
        constexpr float kMost = std::numeric_limits<float>::max();
        for (int64_t i = 0; i < out[0].count; ++i) {
            out[0].data[i] = i / 3 % 2 == 0 ? kMost : -kMost;
        }
    }
    if (fake.not_a_number) {
        out[0].data[3] = std::numeric_limits<float>::quiet_NaN();
    }
    if (fake.most_inside == 1) {  // only tests of concurrency run two at a time
        if (segments) {
            fake.image = copy_of(in[0]);
            fake.prompts = copy_of(in[1]);
            fake.points = copy_of(in[2]);
            fake.labels = copy_of(in[3]);
        } else {
            fake.heat_image = copy_of(in[0]);
        }
    }
    std::strncpy(message, fake.message.c_str(), message_size);
    --fake.inside;
    return fake.answer;
}

void release(void* user) { ++static_cast<FakeEngine*>(user)->released; }

}  // namespace

ssam_engine FakeEngine::engine(uint32_t flags) { return {this, run, release, flags}; }

Rig::Rig(const std::string& manifest, uint32_t engine_flags) {
    MUST(ssam_bundle_parse(manifest.data(), manifest.size(), &bundle));
    const ssam_engine engine = fake.engine(engine_flags);
    MUST(ssam_segmenter_create(bundle, &engine, &segmenter));
    MUST(ssam_session_create(segmenter, &session));
}

Rig::~Rig() {
    ssam_bundle_free(bundle);
    ssam_segmenter_free(segmenter);
    ssam_session_free(session);
}

std::vector<uint8_t> disc_photo(int width, int height, double cx, double cy, double radius) {
    std::vector<uint8_t> photo;
    photo.reserve(static_cast<size_t>(width) * static_cast<size_t>(height) * 3);
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const bool inside = std::hypot(x - cx, y - cy) <= radius;
            photo.push_back(inside ? 220 : 20);
            photo.push_back(40);
            photo.push_back(inside ? 30 : 200);
        }
    }
    return photo;
}

std::vector<uint8_t> blurred(const std::vector<uint8_t>& rgb, int width, int height, int radius) {
    std::vector<uint8_t> out;
    out.reserve(rgb.size());
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            int sums[3] = {}, count = 0;
            for (int v = std::max(y - radius, 0); v <= std::min(y + radius, height - 1); ++v) {
                for (int u = std::max(x - radius, 0); u <= std::min(x + radius, width - 1); ++u) {
                    for (size_t c = 0; c < 3; ++c) {
                        sums[c] += rgb[static_cast<size_t>(v * width + u) * 3 + c];
                    }
                    ++count;
                }
            }
            for (const int sum : sums) {
                out.push_back(static_cast<uint8_t>((sum + count / 2) / count));
            }
        }
    }
    return out;
}

ssam_image image_of(const std::vector<uint8_t>& rgb, int width, int height, int orientation) {
    return {rgb.data(), width, height, 0, SSAM_FORMAT_RGB, orientation};
}

void open_disc(Rig& rig) {
    const std::vector<uint8_t> photo = disc_photo(160, 120, 100, 50, 30);
    const ssam_image image = image_of(photo, 160, 120);
    MUST(ssam_session_set_image(rig.session, &image));
}

MaskHandle::MaskHandle(ssam_session* session, const ssam_predict_options* options) {
    MUST(ssam_session_predict(session, options, &mask));
    MUST(ssam_mask_get_info(mask, &info));
}

MaskHandle::~MaskHandle() { ssam_mask_free(mask); }

}  // namespace test
