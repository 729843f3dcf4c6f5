#include "session/mask_store.h"

#include <utility>

namespace ssam {
namespace {

// An app shows one mask while it waits for the next one.
constexpr size_t kKept = 2;

}  // namespace

MaskStore::MaskStore() {
    masks_.reserve(kKept);
    predictions_.reserve(kKept);
}

std::unique_ptr<ssam_mask> MaskStore::take_mask() {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!masks_.empty()) {
            std::unique_ptr<ssam_mask> mask = std::move(masks_.back());
            masks_.pop_back();
            return mask;
        }
    }
    return std::make_unique<ssam_mask>();
}

std::shared_ptr<Prediction> MaskStore::take_prediction() {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const std::shared_ptr<Prediction>& one : predictions_) {
        // Masks let go of theirs under this lock, so a count of one stays one.
        if (one.use_count() == 1) {
            return one;
        }
    }
    auto made = std::make_shared<Prediction>();
    if (predictions_.size() < kKept) {
        predictions_.push_back(made);
    }
    return made;
}

void MaskStore::give_back(std::unique_ptr<ssam_mask> mask) noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    mask->mask.clear();
    if (!closed_ && masks_.size() < kKept) {
        masks_.push_back(std::move(mask));
    }
}

void MaskStore::close() noexcept {
    const std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
    masks_.clear();
    predictions_.clear();
}

}  // namespace ssam
