// One sync from its beginning to its end. Part of sync.hpp, for its sources.
#pragma once

#include "primitives/cfs/checksums.hpp"
#include "primitives/cfs/local_files.hpp"
#include "primitives/cfs/sendings.hpp"
#include "primitives/cfs/sync.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace forager::cfs {

class Sync {
public:
    Sync(Files files, SyncWish wish) : files_{std::move(files)}, wish_{std::move(wish)} {}

    /// `remote`: the colony's files, at and below the label.
    boost::asio::awaitable<Result<SyncReport>> run(std::vector<RemoteFile> remote);

private:
    struct Local {
        Identity identity;
        std::string checksum;
    };

    boost::asio::awaitable<Result<void>> look_here();
    boost::asio::awaitable<void> compare();
    boost::asio::awaitable<bool> hash(std::size_t index);
    void plan();
    boost::asio::awaitable<void> apply();
    boost::asio::awaitable<void> begin_sending();
    boost::asio::awaitable<bool> step(std::size_t index);
    boost::asio::awaitable<Result<void>> do_step(SyncStep step);
    boost::asio::awaitable<Result<void>> up(SyncStep step);
    boost::asio::awaitable<Result<void>> down(SyncStep step);
    boost::asio::awaitable<Result<void>> remove_here(SyncStep step);
    boost::asio::awaitable<Result<void>> remove_there(SyncStep step);
    boost::asio::awaitable<Result<std::string>> folder_of(std::string path);
    boost::asio::awaitable<void> settle();
    Result<SyncReport> result();

    Upload upload_of(const SyncStep& step) const;
    bool is_hopeless() const;
    void count(const SyncStep& step);
    void tell();
    TransferProgress travelling();
    std::int64_t now() const { return files_.member().clock().wall().time_since_epoch().count(); }

    Files files_;
    SyncWish wish_;
    LocalTree tree_;
    Checksums checksums_;
    std::optional<Sendings> sendings_;
    std::map<std::string, Local, std::less<>> here_;
    std::map<std::string, RemoteFile, std::less<>> there_;
    std::set<std::string, std::less<>> left_out_; // on either side
    std::set<std::string> touched_;               // folders
    SyncReport report_;
    SyncProgress progress_;
    std::vector<Trouble> troubles_;
    std::optional<Failure> failure_; // that ended it
};

} // namespace forager::cfs
