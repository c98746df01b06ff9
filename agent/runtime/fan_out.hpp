// One call for each item of a list, a few at a time. Part of the workflow runner, used on the strand.
#pragma once

#include "core/outcome.hpp"
#include "runtime/recording.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/task_group.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace forager {

class FanOut {
public:
    /// Makes the call for the item at this index (from 0), when its turn has come.
    using Make = std::function<Result<Invocation>(std::size_t index)>;

    /// `known`: the function, where the caller has it, as `Scheduler::call` takes it.
    FanOut(Scheduler& scheduler, Observer& observer, Make make, std::size_t count, Registry::EntryPtr known);

    /// Items that are done according to the recording are not called again; `key` names the whole among its entries.
    void record(Recording& recording, std::string key);

    /// One list with the results in the order of the items. The first failure cancels the other calls and is the
    /// outcome, when all are gone. Throws `operation_aborted` when cancelled.
    boost::asio::awaitable<Outcome> run(std::size_t concurrency);

private:
    boost::asio::awaitable<void> work();
    boost::asio::awaitable<Outcome> call(std::size_t index);
    void fail(std::size_t index, Failure failure);

    boost::asio::awaitable<Outcome> call_recorded(std::size_t index);

    Scheduler& scheduler_;
    Observer& observer_;
    Make make_;
    Registry::EntryPtr known_;
    Recording* recording_ = nullptr;
    std::string key_;
    Array results_;
    std::size_t next_ = 0;
    std::optional<Failure> failure_;
    TaskGroup group_;
};

} // namespace forager
