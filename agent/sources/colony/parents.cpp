#include "sources/colony/parents.hpp"

#include "clients/colonies/calls/processes.hpp"
#include "core/outcome.hpp"
#include "core/references.hpp"
#include "core/retry.hpp"
#include "io/formats/json.hpp"
#include "sources/colony/server_state.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace forager::colony {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using colonies::Process;

namespace {

constexpr std::size_t most_refusals = 20; // of a server that is there: about half a minute

bool uses_results(const colonies::FunctionSpec& spec)
{
    return !referenced_tasks(Value{spec.args}).empty() || !referenced_tasks(Value{spec.kwargs}).empty();
}

Value result_of(Array out)
{
    Value result = as_one(std::move(out));
    unmark_bytes(result);
    return result;
}

asio::awaitable<Result<Process>> read(Desk& desk, std::string id, std::optional<TimePoint> deadline)
{
    Backoff backoff{100ms, 2s};
    for (std::size_t refusals = 0;;) {
        auto process = co_await colonies::get_process(desk.caller(), id);
        if (process) {
            desk.server.answered();
            co_return process;
        }
        desk.server.heard(process.error());
        refusals += is_away(process.error()) ? 0 : 1;
        const bool late = deadline && desk.now() >= *deadline;
        if (late || refusals == most_refusals || process.error().code == Errc::not_found)
            co_return process;
        co_await sleep_for(desk.clock, backoff.next(desk.random.next()));
    }
}

} // namespace

asio::awaitable<Result<ParentResults>> parent_results(Desk& desk, Process process, std::optional<TimePoint> deadline)
{
    ParentResults results;
    if (!note_of(process) || !uses_results(process.spec))
        co_return results;
    const auto& names = process.spec.conditions.dependencies;
    if (process.parents.size() == 1 && names.size() == 1) { // what came along is all of it, and nobody else's
        results.emplace(names.front(), result_of(std::move(process.in)));
        co_return results;
    }
    for (const std::string& id : process.parents) {
        auto parent = co_await read(desk, id, deadline);
        if (!parent)
            co_return parent.error();
        results.emplace(parent->spec.node, result_of(std::move(parent->out)));
    }
    co_return results;
}

} // namespace forager::colony
