// Files for functions: each call does its work on the blocking pool and comes back to the strand with a result. What
// each does, and how it fails, stands with the blocking function of the same name; every failure names the path.
// Cancelling ends long work (copy, move across disks, glob, hash, archives) soon; short work ends by itself first.
#pragma once

#include "io/pool.hpp"
#include "primitives/files/archive.hpp"
#include "primitives/files/content.hpp"
#include "primitives/files/copy.hpp"
#include "primitives/files/glob.hpp"
#include "primitives/files/tree.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace forager {

inline constexpr std::size_t usual_read_limit = std::size_t{64} * 1024 * 1024;

class Files {
public:
    template <class T> using Answer = boost::asio::awaitable<Result<T>>;

    /// The pool must outlive every call.
    explicit Files(BlockingPool& pool) : pool_{pool} {}

    Answer<std::string> read(std::string path, std::size_t limit = usual_read_limit);
    Answer<void> write(std::string path, std::string bytes, WriteOptions options = {});
    Answer<void> copy(std::string from, std::string to, CopyOptions options = {});
    Answer<void> move(std::string from, std::string to, CopyOptions options = {});
    Answer<bool> remove(std::string path, RemoveOptions options = {});
    Answer<bool> make_folder(std::string path, FolderOptions options = {});
    Answer<std::vector<std::string>> list(std::string folder);
    Answer<std::optional<FileStatus>> status(std::string path);
    Answer<bool> exists(std::string path);
    Answer<std::vector<std::string>> glob(std::string pattern);
    Answer<std::string> temp_file(std::string prefix);
    Answer<std::string> temp_folder(std::string prefix);

    /// Hexadecimal. Algorithms: md5, sha1, sha256, sha512, sha3-256.
    Answer<std::string> hash(std::string path, std::string algorithm = "sha256");

    Answer<Archive> create_archive(std::string path, std::vector<std::string> sources, ArchiveOptions options = {});
    Answer<Extracted> extract_archive(std::string path, std::string folder, ExtractOptions options = {});
    Answer<std::vector<ArchiveEntry>> list_archive(std::string path);

private:
    BlockingPool& pool_;
};

} // namespace forager
