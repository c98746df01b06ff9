// Calls about files and snapshots: for members; the colony owner's key alone is refused. The server keeps names and
// checksums, the bytes are elsewhere: removing a record removes no bytes. Failures: see server.hpp.
#pragma once

#include "clients/colonies/client.hpp"
#include "clients/colonies/types/file.hpp"

#include <string>
#include <vector>

namespace forager::colonies {

/// A file by label and name.
struct FileName {
    std::string colony;
    std::string label;
    std::string name;
};

/// One revision more; the reply has its id. Asked twice, there are two.
boost::asio::awaitable<Result<File>> add_file(Caller member, File file);

/// Failures: not_found. An id that is unknown is refused.
boost::asio::awaitable<Result<File>> get_file(Caller member, std::string colony, std::string file);
boost::asio::awaitable<Result<File>> get_newest_file(Caller member, FileName file);

/// All revisions, the newest first; none where there is no such file.
boost::asio::awaitable<Result<std::vector<File>>> get_revisions(Caller member, FileName file);

/// Of exactly that label.
boost::asio::awaitable<Result<std::vector<FileData>>> get_files(Caller member, std::string colony, std::string label);

/// Labels that begin with this text, in which `%` and `_` stand for other characters, too: the caller picks. Empty:
/// all.
boost::asio::awaitable<Result<std::vector<Label>>> get_labels(Caller member, std::string colony, std::string beginning);

/// One revision's record.
boost::asio::awaitable<Result<void>> remove_file(Caller member, std::string colony, std::string file);

/// Of a label without a file of its own the server (v1.9.12) makes an empty one, whatever is below it.
boost::asio::awaitable<Result<Snapshot>> create_snapshot(Caller member, FileName snapshot);
boost::asio::awaitable<Result<Snapshot>> get_snapshot(Caller member, std::string colony, std::string snapshot);
boost::asio::awaitable<Result<Snapshot>> find_snapshot(Caller member, std::string colony, std::string name);
boost::asio::awaitable<Result<std::vector<Snapshot>>> get_snapshots(Caller member, std::string colony);
boost::asio::awaitable<Result<void>> remove_snapshot(Caller member, std::string colony, std::string snapshot);
boost::asio::awaitable<Result<void>> remove_all_snapshots(Caller member, std::string colony);

} // namespace forager::colonies
