#include "primitives/colony/work.hpp"

#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/refusal.hpp"
#include "primitives/colony/outcome.hpp"
#include "primitives/colony/specification.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace forager {

namespace asio = boost::asio;
using colonies::Process;
using colonies::ProcessState;
using colonies::Refusal;

namespace {

constexpr std::array in_this_order{ProcessState::waiting, ProcessState::running,   ProcessState::successful,
                                   ProcessState::failed,  ProcessState::cancelled, ProcessState::waiting};

Result<colonies::FunctionSpec> specification_of(ColonyWork work, std::string colony)
{
    auto call = colony_call(std::move(work.function), work.options);
    if (!call)
        return call.error();
    call->args = std::move(work.args);
    call->kwargs = std::move(work.kwargs);
    call->max_wait = work.patience;
    call->timeout = work.limit;
    call->label = std::move(work.label);
    return specification_of(std::move(*call), std::move(colony));
}

// In the words of the port: a server whose database is away says something, and has no answer all the same. What it
// says while it starts may be no longer true a moment later, the rest is said for good.
Failure in_words_of_the_port(Failure failure)
{
    const Refusal refusal = colonies::refusal_of(failure);
    if (refusal == Refusal::overloaded || refusal == Refusal::nonsense)
        failure.code = Errc::unreachable;
    else if (refusal != Refusal::none)
        failure.retry = refusal == Refusal::not_member || refusal == Refusal::other;
    return failure;
}

Failure unknown(const std::string& process, Failure failure)
{
    failure.code = Errc::not_found;
    failure.message = "the colony's server knows no process " + process +
                      " any more: it was removed, or the server's database is another one (" + failure.message + ")";
    failure.details.set("process", process);
    failure.retry = false;
    return failure;
}

bool was_earlier(const Process& one, const Process& other)
{
    return one.submitted < other.submitted;
}

} // namespace

asio::awaitable<Result<std::string>> MemberColony::submit(ColonyWork work)
{
    auto spec = specification_of(std::move(work), member_.colony());
    if (!spec)
        co_return spec.error();
    auto process = co_await colonies::submit(member_.caller(), std::move(*spec));
    if (!process)
        co_return in_words_of_the_port(process.error());
    co_return std::move(process->id);
}

asio::awaitable<Result<std::optional<std::string>>> MemberColony::find(std::string label)
{
    std::vector<Process> all;
    for (const ProcessState state : in_this_order) {
        colonies::ProcessQuery query;
        query.colony = member_.colony();
        query.state = state;
        query.label = label;
        auto some = co_await colonies::get_processes(member_.caller(), std::move(query));
        if (!some)
            co_return in_words_of_the_port(some.error());
        std::ranges::move(*some, std::back_inserter(all));
    }
    std::erase_if(all, [&](const Process& one) { return one.spec.label != label; });
    if (all.empty())
        co_return std::nullopt;
    co_return std::ranges::min_element(all, was_earlier)->id;
}

asio::awaitable<Outcome> MemberColony::wait(std::string process)
{
    auto ended = co_await member_.wait(process);
    if (!ended && colonies::refusal_of(ended.error()) == Refusal::not_found)
        co_return unknown(process, ended.error());
    if (!ended)
        co_return ended.error();
    co_return outcome_of(*ended);
}

asio::awaitable<Result<void>> MemberColony::cancel(std::string process)
{
    auto done = co_await colonies::cancel_process(member_.caller(), std::move(process));
    co_return done;
}

} // namespace forager
