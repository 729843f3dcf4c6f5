#include "bundle/bundle.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "base/failure.h"
#include "base/interruption.h"
#include "base/sha256.h"
#include "bundle/onnx_file.h"

namespace ssam {
namespace {

namespace fs = std::filesystem;

constexpr size_t kChunk = size_t{1} << 18;
constexpr int64_t kMaxOnnxBytes = INT32_MAX;  // protobuf's own limit

std::string join(const std::string& folder, const std::string& path) {
    return folder.empty() || folder.back() == '/' ? folder + path : folder + "/" + path;
}

// The path of a UTF-8 name; std::filesystem::path(string) would take Windows' code page.
fs::path to_path(const std::string& utf8) { return fs::u8path(utf8); }

[[noreturn]] void refuse(ssam_status status, const std::string& path, const std::string& why) {
    fail(status, path + ": " + why);
}

std::string read_text(const std::string& folder) {
    const std::string path = join(folder, "manifest.json");
    std::error_code error;
    if (!fs::is_directory(to_path(folder), error)) {
        refuse(SSAM_ERROR_BUNDLE, folder,
               fs::exists(to_path(folder), error) ? "not a bundle: a bundle is a folder"
                                                  : "no such bundle");
    }
    if (!fs::is_regular_file(to_path(path), error)) {
        refuse(SSAM_ERROR_BUNDLE, folder, "not a bundle: it has no manifest.json");
    }
    const uintmax_t size = fs::file_size(to_path(path), error);
    if (error || size > kMaxManifestBytes) {
        refuse(SSAM_ERROR_BUNDLE, path,
               error ? "cannot be read"
                     : "larger than " + std::to_string(kMaxManifestBytes >> 20) + " MiB");
    }
    std::string text(static_cast<size_t>(size), '\0');
    std::ifstream file(to_path(path), std::ios::binary);
    if (!file.read(text.data(), static_cast<std::streamsize>(text.size()))) {
        refuse(SSAM_ERROR_BUNDLE, path, "cannot be read");
    }
    return text;
}

// Of `size` bytes and no more, whatever has become of the file since it was looked at.
std::string hash_file(const std::string& path, int64_t size) {
    std::ifstream file(to_path(path), std::ios::binary);
    if (!file) {
        refuse(SSAM_ERROR_BUNDLE_DAMAGED, path, "cannot be read");
    }
    Sha256 hash;
    std::vector<char> chunk(kChunk);
    while (size > 0) {
        Interruption::check();
        const int64_t piece = std::min(size, static_cast<int64_t>(chunk.size()));
        if (!file.read(chunk.data(), static_cast<std::streamsize>(piece))) {
            refuse(SSAM_ERROR_BUNDLE_DAMAGED, path, "cannot be read");
        }
        hash.add(chunk.data(), static_cast<size_t>(piece));
        size -= piece;
    }
    return hash.finish();
}

void check_size(const std::string& folder, const FileSpec& file) {
    const std::string path = join(folder, file.path);
    std::error_code error;
    if (!fs::is_regular_file(to_path(path), error)) {
        refuse(SSAM_ERROR_BUNDLE_DAMAGED, path,
               "the file is missing, though the bundle's manifest lists it");
    }
    const uintmax_t size = fs::file_size(to_path(path), error);
    if (error || size != static_cast<uintmax_t>(file.size)) {
        refuse(SSAM_ERROR_BUNDLE_DAMAGED, path,
               "the file has " + std::to_string(size) + " bytes, the bundle's manifest says " +
                   std::to_string(file.size) + "; copy or export the bundle again");
    }
}

void check_hash(const std::string& folder, const FileSpec& file) {
    const std::string path = join(folder, file.path);
    if (hash_file(path, file.size) != file.sha256) {
        refuse(SSAM_ERROR_BUNDLE_DAMAGED, path,
               "the file was changed or damaged (its sha256 is not the manifest's); copy or export "
               "the bundle again");
    }
}

// What the bytes behind a hash may do is looked at with the hash, and left out with it.
void check_self_contained(const std::string& folder, const FileSpec& file) {
    const std::string path = join(folder, file.path);
    if (file.size > kMaxOnnxBytes) {
        refuse(SSAM_ERROR_BUNDLE, path, "is larger than the 2 GiB that an ONNX program may have");
    }
    std::ifstream stream(to_path(path), std::ios::binary);
    const std::string obstacle = onnx_obstacle(stream, file.size, file.path);
    if (!obstacle.empty()) {
        refuse(SSAM_ERROR_BUNDLE, path, obstacle);
    }
}

// What a manifest lists. Of the folders above a file no name is kept: a stranger's paths have
// many, and all of their beginnings together are far longer than the manifest.
class Listing {
 public:
    explicit Listing(const Manifest& manifest) : paths_{"manifest.json"} {
        for (const ProgramSpec& program : manifest.programs) {
            for (const FileSpec& file : program.files) {
                paths_.emplace_back(file.path);
            }
        }
        std::sort(paths_.begin(), paths_.end());
    }

    // Is it a file of the list, or a folder above one?
    bool holds(const std::string& path) const {
        return std::binary_search(paths_.begin(), paths_.end(), path) || has_below(path + "/");
    }

 private:
    bool has_below(const std::string& folder) const {
        const auto next = std::lower_bound(paths_.begin(), paths_.end(), folder);
        return next != paths_.end() && next->substr(0, folder.size()) == folder;
    }

    std::vector<std::string_view> paths_;  // into the manifest
};

// The mark that Finder leaves in a folder somebody looks into. It shows a Core ML package as one
// file, so inside of one there is none.
bool is_finders(const fs::directory_entry& entry, const std::string& path) {
    std::error_code error;
    return path == ".DS_Store" && fs::is_regular_file(entry.symlink_status(error));
}

// An engine may read whatever lies beside a program: nothing does but what was hashed. A link to a
// file is what it leads to, held against the manifest like any other (caches keep files so).
void check_nothing_else(const Bundle& bundle) {
    const Listing listing(bundle.manifest);
    const fs::path root = to_path(bundle.folder);
    std::error_code error;
    fs::recursive_directory_iterator entry(root, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        Interruption::check();
        const std::string path = entry->path().lexically_relative(root).generic_u8string();
        const bool is_link_to_folder = entry->is_symlink(error) && entry->is_directory(error);
        if ((!listing.holds(path) && !is_finders(*entry, path)) || is_link_to_folder) {
            refuse(SSAM_ERROR_BUNDLE_DAMAGED, join(bundle.folder, path),
                   is_link_to_folder ? "is a link to another folder"
                                     : "the bundle's manifest does not list this file");
        }
    }
    if (error) {
        refuse(SSAM_ERROR_BUNDLE_DAMAGED, bundle.folder, "cannot be read");
    }
}

template <typename Check>
void for_each_file(const Manifest& manifest, Check&& check) {
    for (const ProgramSpec& program : manifest.programs) {
        for (const FileSpec& file : program.files) {
            Interruption::check();
            check(file);
        }
    }
}

// What costs little is looked at first: no byte of a file is read before all have their size.
void check_files(const Bundle& bundle, bool check_hashes) {
    for_each_file(bundle.manifest, [&](const FileSpec& file) { check_size(bundle.folder, file); });
    check_nothing_else(bundle);
    if (!check_hashes) {
        return;
    }
    for_each_file(bundle.manifest, [&](const FileSpec& file) {
        check_hash(bundle.folder, file);
        if (bundle.manifest.target == SSAM_TARGET_ONNX) {
            check_self_contained(bundle.folder, file);
        }
    });
}

std::vector<ssam_tensor_info> lend(const std::vector<TensorSpec>& tensors, bool is_input) {
    std::vector<ssam_tensor_info> infos;
    for (const TensorSpec& tensor : tensors) {
        ssam_tensor_info info{};
        info.name = tensor.name.c_str();
        info.rank = static_cast<int32_t>(tensor.shape.size());
        std::copy(tensor.shape.begin(), tensor.shape.end(), info.shape);
        info.source = is_input ? name_of(tensor.source.kind) : "";
        info.role = is_input ? "" : name_of(tensor.role);
        infos.push_back(info);
    }
    return infos;
}

void fill(Bundle& bundle) {
    const std::string source = join(bundle.folder, "manifest.json");
    try {
        bundle.manifest = read_manifest(bundle.text);
    } catch (const Failure& failure) {
        refuse(failure.status(), source, failure.what());
    }
    for (const ProgramSpec& program : bundle.manifest.programs) {
        Bundle::Lent lent;
        lent.path = join(bundle.folder, program.file);
        for (const FileSpec& file : program.files) {
            lent.file_size += file.size;
        }
        lent.inputs = lend(program.inputs, true);
        lent.outputs = lend(program.outputs, false);
        bundle.lent.push_back(std::move(lent));
    }
}

}  // namespace

void open_bundle(const std::string& folder, bool check_hashes, Bundle& bundle) {
    bundle.folder = folder;
    bundle.hashes_checked = check_hashes;
    bundle.text = read_text(folder);
    fill(bundle);
    check_files(bundle, check_hashes);
}

void recheck_bundle(const Bundle& bundle, bool check_hashes) {
    if (bundle.folder.empty()) {
        fail(SSAM_ERROR_STATE, "this bundle was made from a manifest alone: it has no files");
    }
    std::string text;
    try {
        text = read_text(bundle.folder);
    } catch (const Failure& failure) {
        fail(SSAM_ERROR_BUNDLE_DAMAGED, failure.what());
    }
    if (text != bundle.text) {
        refuse(SSAM_ERROR_BUNDLE_DAMAGED, join(bundle.folder, "manifest.json"),
               "the file was changed after the bundle was loaded; load the bundle again");
    }
    check_files(bundle, check_hashes);
}

void parse_bundle(std::string text, Bundle& bundle) {
    bundle.text = std::move(text);
    fill(bundle);
}

}  // namespace ssam
