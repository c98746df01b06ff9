// On whose behalf Lua code runs: the invocation, who watches it, and the scope of the commands that it starts.
#pragma once

#include "core/invocation.hpp"
#include "ports/observer.hpp"
#include "ports/process_runner.hpp"

#include <optional>

namespace forager::scripting {

/// The scope of a call's commands, made when the first one starts: most calls start none.
class CommandScope {
public:
    explicit CommandScope(ProcessRunner& runner) : runner_{runner} {}

    ScopeId id()
    {
        if (!id_)
            id_ = runner_.new_scope();
        return *id_;
    }

    /// Ends what the commands left running.
    boost::asio::awaitable<void> end()
    {
        if (id_)
            co_await runner_.end_scope(*id_);
    }

private:
    ProcessRunner& runner_;
    std::optional<ScopeId> id_;
};

struct Context {
    const Invocation& invocation;
    Observer& observer;
    CommandScope& commands;
};

} // namespace forager::scripting
