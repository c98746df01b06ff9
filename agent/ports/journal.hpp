// What invocations have recorded of their work, so that a restart does none of it again.
#pragma once

#include "core/outcome.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace forager {

/// One piece of work that is over: a step, a call, a sleep.
struct JournalEntry {
    std::string key;          ///< unique within its invocation
    Outcome outcome;          ///< what it gave
    std::uint64_t attempt{0}; ///< of the invocation, in which this was recorded
};

class Journal {
public:
    virtual ~Journal() = default;

    /// All entries of an invocation, in no order.
    virtual boost::asio::awaitable<Result<std::vector<JournalEntry>>> entries(std::string invocation) = 0;

    /// The entry is safe when this returns without a failure; one of the same key is replaced. `root`: the outermost
    /// invocation that this one is resumed with. While there is no room for it, it waits.
    virtual boost::asio::awaitable<Result<void>> record(std::string root, std::string invocation,
                                                        JournalEntry entry) = 0;

    /// Takes the oldest signal of this name that was sent to `root` and records it as `key` of `invocation`, in one.
    /// Nothing when there is none.
    virtual boost::asio::awaitable<Result<std::optional<Value>>>
    take_signal(std::string root, std::string event, std::string invocation, std::string key) = 0;

    /// What was recorded under this root is of no more use, unless its own record stays.
    virtual void ended(const std::string& root) = 0;
};

} // namespace forager
