// One file on its way, bytes and record together. Part of this folder's put, get, sync and snapshots.
#pragma once

#include "primitives/cfs/files.hpp"
#include "primitives/cfs/local_files.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace forager::cfs {

struct Upload {
    std::string_view by = "sync"; ///< what begins it, and would go on with it: "sync" or "put"
    std::string path;             ///< of the local file
    Identity identity;
    std::string checksum; ///< of its content
    std::string label;
    std::string name;
    std::string base; ///< key of the newest revision's bytes, which this one comes after; empty: there is none
    TransferProgress progress;

    Upload() = default;
};

/// The bytes first, then the record. What a kill has cut off is gone on with when the same is asked again: then the key
/// is the same, and there is no second record. Failures: refused for a file that changed.
boost::asio::awaitable<Result<RemoteFile>> upload(Files files, Upload wanted);

/// Under which its bytes are stored: the same again after a kill, and another one for everybody else, for another
/// content, and after another revision.
std::string key_of(const Files& files, const Upload& wanted);

/// Whether a revision of this name has these bytes.
boost::asio::awaitable<Result<bool>> is_recorded(Files files, std::string label, std::string name, std::string key);

struct Download {
    RemoteFile file;
    std::string folder;               ///< that is there, without links
    std::string name;                 ///< there; empty: the file's own
    std::optional<Identity> replaced; ///< what stands there, if anything may
    std::string prefix = sync_prefix; ///< of its name meanwhile
    TransferProgress progress;

    Download() = default;
};

/// Beside its place, verified and flushed, then renamed; the folder is the caller's to flush. Failures: refused when
/// what stands there is not what was expected, or when the bytes do not fit the checksum; not_found.
boost::asio::awaitable<Result<Identity>> download(Files files, Download wanted);

/// SHA-256, lower-case hex, of a local file. Failures: see `blocking::checksum_of`.
boost::asio::awaitable<Result<std::string>> checksum(Files files, std::string path, Identity identity);

} // namespace forager::cfs
