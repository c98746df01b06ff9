#include "primitives/colony/outcome.hpp"

#include "clients/colonies/types/process.hpp"
#include "io/formats/json.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace forager {

using colonies::Process;
using colonies::ProcessState;

namespace {

// The server's own sentences.
bool is_time_limit(std::string_view error)
{
    return error == "Maximum execution time limit exceeded" || error == "Maximum waiting time limit exceeded";
}

std::string sentence(const Process& process)
{
    const std::string who = process.spec.function + " in the colony";
    if (process.state == ProcessState::cancelled)
        return who + " was cancelled";
    if (process.errors.empty())
        return who + " failed" +
               (process.process_graph.empty() ? " and did not say why" : ", or another part of its workflow did");
    return who + " failed: " + process.errors.front();
}

} // namespace

Outcome outcome_of(const Process& process)
{
    if (process.state == ProcessState::successful) {
        Outputs outputs = process.out;
        for (Value& value : outputs)
            unmark_bytes(value);
        return outputs;
    }
    const bool timed_out = process.errors.size() == 1 && is_time_limit(process.errors.front());
    Array errors;
    for (const std::string& error : process.errors)
        errors.emplace_back(error);
    Failure failure{process.state == ProcessState::cancelled ? Errc::cancelled
                    : timed_out                              ? Errc::timed_out
                                                             : Errc::script,
                    sentence(process)};
    if (failure.code == Errc::script)
        failure.details.set("code", "failed");
    failure.details.set("process", process.id);
    failure.details.set("errors", std::move(errors));
    return failure;
}

} // namespace forager
