// Uploads that have begun and are not known to be recorded, beyond the agent's own end. Begun again they are gone on
// with; but for the bytes of a file that has changed or gone since, nobody would look any more. Part of this folder's
// put and sync.
#pragma once

#include "primitives/cfs/files.hpp"
#include "primitives/cfs/transfer.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <string>
#include <vector>

namespace forager::cfs {

class Sendings {
public:
    /// `what` tells these apart from those of other folders and labels; only one at a time may work at them. Without a
    /// folder for caches nothing is remembered.
    Sendings(Files files, const std::string& what);

    /// Before anything is sent: what is going to be, beside what an earlier time has left.
    boost::asio::awaitable<void> begin(const std::vector<Upload>& uploads);

    /// The record of these bytes is there.
    void recorded(const std::string& key) { left_.erase(key); }

    /// At the end. `through`: nothing is to be gone on with, and what nobody has recorded is removed from the store.
    /// What cannot be removed is tried again by the next one.
    boost::asio::awaitable<void> end(bool through);

private:
    struct Sending {
        std::string label;
        std::string name;
    };

    void load();
    void save();
    boost::asio::awaitable<bool> remove(std::string key, Sending sending);

    Files files_;
    std::string file_;                    // empty: none
    std::map<std::string, Sending> left_; // by the key of their bytes
    bool was_there_ = false;
};

} // namespace forager::cfs
