// A process runner for tests that runs nothing: it writes down the commands and gives what it was told to.
#pragma once

#include "ports/process_runner.hpp"

#include <string>
#include <utility>
#include <vector>

namespace forager::test {

class RecordingRunner final : public ProcessRunner {
public:
    boost::asio::awaitable<Result<Completed>> run(Command command) override
    {
        LineSink* const lines = command.lines;
        commands.push_back(std::move(command));
        if (lines != nullptr && !line.empty())
            co_await lines->line(Stream::out, line);
        co_return result;
    }

    ScopeId new_scope() override { return ScopeId{++last_scope}; }

    boost::asio::awaitable<Result<std::string>> folder(ScopeId, std::optional<LastingFolder>) override
    {
        co_return Failure{Errc::refused, "there are no folders here"};
    }

    boost::asio::awaitable<void> end_scope(ScopeId scope) override
    {
        ended.push_back(scope);
        co_return;
    }

    boost::asio::awaitable<void> end_kept(KeptOf) override { co_return; }

    std::vector<Command> commands;
    std::vector<ScopeId> ended;
    std::uint32_t last_scope = 0;
    std::string line; ///< what each command prints while it runs
    Result<Completed> result = Completed{};
};

} // namespace forager::test
