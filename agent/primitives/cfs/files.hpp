// The files of a colony as a member sees them: names and checksums are in the Colonies server, the bytes in an object
// store. This is whom all of this folder ask. A value; what it points to must outlive every call. On the strand.
//
// Failures of all in this folder: those of the server (unreachable, timed_out, refused, not_found), of the object store
// (see ports/object_store.hpp) and of the local disk; bad_arguments for labels and names that none can be. All throw
// `operation_aborted` when cancelled.
#pragma once

#include "core/failure.hpp"
#include "core/invocation.hpp"
#include "io/pool.hpp"
#include "ports/object_store.hpp"
#include "primitives/cfs/access.hpp"
#include "primitives/colony/member.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace forager::cfs {

/// How records say where the bytes are: other clients' programs look there.
struct Place {
    std::string server; ///< host
    std::uint16_t port = 443;
    bool tls = true;
    std::string region;
    std::string bucket;
};

struct Config {
    Place place;
    std::string cache_dir;     ///< where checksums of local files are kept; empty: nowhere
    std::string root;          ///< the folder below which processes have their files; empty: they have none
    std::size_t transfers = 8; ///< of files at a time
    Duration patience = std::chrono::seconds{30}; ///< with a server that is away in the middle of a transfer
};

class Files {
public:
    Files(ColonyMember& member, ObjectStore& objects, BlockingPool& pool, Config config)
        : member_{&member}, objects_{&objects}, pool_{&pool}, config_{std::make_shared<const Config>(std::move(config))}
    {
    }

    /// The same, asked as the executor for which the invocation is run.
    Files run_by(const Invocation& invocation) const
    {
        Files files = *this;
        files.member_ = &member_->who_runs(invocation);
        return files;
    }

    ColonyMember& member() const { return *member_; }
    ObjectStore& objects() const { return *objects_; }
    BlockingPool& pool() const { return *pool_; }
    const Config& config() const { return *config_; }

private:
    ColonyMember* member_;
    ObjectStore* objects_;
    BlockingPool* pool_;
    std::shared_ptr<const Config> config_;
};

/// The newest revision of a file.
struct RemoteFile {
    std::string label;
    std::string name;
    std::uint64_t size = 0;
    std::string checksum; ///< SHA-256, lower-case hex
    std::string object;   ///< key; empty for those of other clients that have no bytes

    RemoteFile() = default;
};

/// `label`, `name`, `size`, `checksum`.
Object table_of(const RemoteFile& file);

struct RemoteFiles {
    std::vector<RemoteFile> files;    ///< by label and name
    std::vector<std::string> refused; ///< labels and names that could be no path's, as they are
};

/// The files of a label and of those below it.
boost::asio::awaitable<Result<RemoteFiles>> list(Files files, std::string label);

struct RemoteLabels {
    std::vector<std::string> labels;  ///< in order
    std::vector<std::string> refused; ///< those that could be no path's, as they are
};

/// The labels that hold files, at and below one.
boost::asio::awaitable<Result<RemoteLabels>> list_labels(Files files, std::string label);

/// A local file becomes the newest revision; where that has this content already and its bytes are there, nothing is
/// done. Failures: refused for a file that changes while it is read.
boost::asio::awaitable<Result<RemoteFile>> put(Files files, std::string path, std::string label, std::string name,
                                               TransferProgress progress);

/// The newest revision into a local file, whole and verified or not at all.
boost::asio::awaitable<Result<RemoteFile>> get(Files files, std::string label, std::string name, std::string path,
                                               TransferProgress progress);

/// All revisions that there are, bytes and records: how many. Failures: not_found.
boost::asio::awaitable<Result<std::int64_t>> remove(Files files, std::string label, std::string name);

/// All files of a label and of those below it: how many. What could be no path's name stays.
boost::asio::awaitable<Result<std::int64_t>> remove_label(Files files, std::string label);

} // namespace forager::cfs
