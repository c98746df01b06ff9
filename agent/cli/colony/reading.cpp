#include "cli/colony/reading.hpp"

#include "clients/colonies/calls/executors.hpp"
#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/client.hpp"
#include "runtime/task_group.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace forager::cli {

namespace asio = boost::asio;
using colonies::Process;

namespace {

constexpr std::size_t at_once = 8;

class Reading {
public:
    Reading(ColonyMember& member, std::vector<std::string> ids, const asio::any_io_executor& executor)
        : member_{member}, ids_{std::move(ids)}, read_(ids_.size()), group_{executor}
    {
    }

    asio::awaitable<Result<std::vector<Process>>> run()
    {
        co_await asio::this_coro::throw_if_cancelled(false);
        for (std::size_t i = 0; i < std::min(at_once, ids_.size()); ++i)
            group_.spawn("read", work());
        co_await group_.join();
        if (failure_)
            co_return std::move(*failure_);
        co_return std::move(read_);
    }

private:
    asio::awaitable<void> work()
    {
        while (next_ < ids_.size() && !failure_ && !group_.cancelled()) {
            const std::size_t place = next_++;
            auto process = co_await colonies::get_process(member_.caller(), ids_[place]);
            if (process)
                read_[place] = std::move(*process);
            else
                failure_ = process.error();
        }
    }

    ColonyMember& member_;
    std::vector<std::string> ids_;
    std::vector<Process> read_;
    std::size_t next_ = 0;
    std::optional<Failure> failure_;
    TaskGroup group_;
};

} // namespace

asio::awaitable<Result<std::vector<Process>>> read_processes(ColonyMember& member, std::vector<std::string> ids)
{
    Reading reading{member, std::move(ids), co_await asio::this_coro::executor};
    auto processes = co_await reading.run();
    co_return processes;
}

asio::awaitable<Result<std::map<std::string, std::string>>> executor_names(ColonyMember& member)
{
    auto executors = co_await colonies::get_executors(member.caller(), member.colony());
    if (!executors)
        co_return executors.error();
    std::map<std::string, std::string> names;
    for (const colonies::Executor& executor : *executors)
        names.insert_or_assign(executor.id, executor.name);
    co_return names;
}

} // namespace forager::cli
