// The commands that one call of a function starts, as one thing that can be ended: also what they left in the
// background.
#pragma once

#include "ports/process_runner.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace forager {

class CommandScope {
public:
    /// `runner` must outlive it. `keeps`: the invocation whose commands are kept; empty: none are.
    explicit CommandScope(ProcessRunner& runner, std::string keeps = {}) : runner_{runner}, keeps_{std::move(keeps)} {}

    /// Whether its commands go on when the agent is gone.
    bool keeps() const { return !keeps_.empty(); }

    /// Made when the first command asks for it: most calls start none.
    ScopeId id()
    {
        if (!id_)
            id_ = runner_.new_scope();
        return *id_;
    }

    /// Waits for `work`, then ends whatever its commands left running; after a cancellation, too.
    template <class T> boost::asio::awaitable<T> around(boost::asio::awaitable<T> work)
    {
        std::exception_ptr thrown;
        std::optional<T> value;
        try {
            value.emplace(co_await std::move(work));
        } catch (...) {
            thrown = std::current_exception();
        }
        if (thrown)
            co_await boost::asio::this_coro::reset_cancellation_state();
        if (id_)
            co_await runner_.end_scope(*id_);
        if (keeps()) {
            KeptOf all{"", keeps_, "", thrown != nullptr};
            co_await runner_.end_kept(std::move(all));
        }
        if (thrown)
            std::rethrow_exception(thrown);
        co_return std::move(*value);
    }

private:
    ProcessRunner& runner_;
    std::string keeps_;
    std::optional<ScopeId> id_;
};

} // namespace forager
