// One run of a durable invocation: what was recorded of it before a restart, and what is recorded now. Owned by whoever
// runs it, used on the strand.
#pragma once

#include "core/invocation.hpp"
#include "ports/journal.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace forager {

class Recording {
public:
    /// Reads what the journal has of the invocation. All that is passed must outlive it.
    static boost::asio::awaitable<Result<std::unique_ptr<Recording>>> open(Journal& journal,
                                                                           const Invocation& invocation);

    Recording(Journal& journal, const Invocation& invocation, std::vector<JournalEntry> entries);
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;

    /// The key of the next piece of work of this name: the same in every run that comes here in the same order.
    std::string next_key(const std::string& name);

    /// What was recorded under the key; a null pointer when it is still to be done. A failure counts in the try that
    /// it happened in.
    const Outcome* find(const std::string& key);

    /// Safe when it returns.
    boost::asio::awaitable<Result<void>> keep(std::string key, Outcome outcome);

    /// The oldest signal of this name that nobody has taken, recorded under the key.
    boost::asio::awaitable<Result<std::optional<Value>>> take_signal(std::string event, std::string key);

    const Invocation& invocation() const { return invocation_; }

    /// Whether all that was asked for was recorded by a run before, and more is: what is said now was said then.
    bool repeats() const { return !anew_ && found_ < recorded_; }

    /// Whether anything was recorded before.
    bool resumed() const { return resumed_; }

private:
    Journal& journal_;
    const Invocation& invocation_;
    std::map<std::string, JournalEntry> entries_;
    std::map<std::string, std::size_t> counts_;
    bool resumed_;
    bool anew_ = false; // something was asked for that is still to be done
    std::size_t found_ = 0;
    std::size_t recorded_;
};

} // namespace forager
