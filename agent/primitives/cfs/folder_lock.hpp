// One sync at a time in a folder, among all programs of this machine. A lock goes with its holder, also with one that
// is killed.
#pragma once

#include "io/system_failure.hpp"
#include "primitives/cfs/files.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>
#include <vector>

namespace forager::cfs {

class FolderLock {
public:
    FolderLock() = default;
    explicit FolderLock(Descriptor folder) { folders_.push_back(std::move(folder)); }

    void add(Descriptor folder) { folders_.push_back(std::move(folder)); }

private:
    std::vector<Descriptor> folders_;
};

/// Makes the folder where there is none, and waits as long as another has it. `waiting` is called once when it must.
boost::asio::awaitable<Result<FolderLock>> lock_folder(Files files, std::string folder,
                                                       std::function<void()> waiting = {});

/// The same of several below one root. Others may have folders beside them, and none above or below.
boost::asio::awaitable<Result<FolderLock>> lock_folders(Files files, std::string root, std::vector<std::string> below,
                                                        std::function<void()> waiting);

} // namespace forager::cfs
