// The memory of masks that were freed, for the next ones of the same session.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "mask/prediction.h"

namespace ssam {
class MaskStore;
}

struct ssam_mask {
    ssam::Mask mask;
    std::shared_ptr<ssam::MaskStore> store;  // where it goes when it is freed
};

namespace ssam {

// Shared by a session and all masks made from its predictions. Any thread.
class MaskStore {
 public:
    MaskStore();

    // A handle that nobody uses, with an empty mask; its `store` is not set yet.
    std::unique_ptr<ssam_mask> take_mask();

    // A prediction that no mask refers to.
    std::shared_ptr<Prediction> take_prediction();

    void give_back(std::unique_ptr<ssam_mask> mask) noexcept;

    // The session has ended: nothing is kept any more.
    void close() noexcept;

 private:
    std::mutex mutex_;
    bool closed_ = false;
    std::vector<std::unique_ptr<ssam_mask>> masks_;
    // Free are those that only this list refers to.
    std::vector<std::shared_ptr<Prediction>> predictions_;
};

}  // namespace ssam
