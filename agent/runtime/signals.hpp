// Tells running invocations that a signal has come for them; what it says is in the journal. Used on the strand.
#pragma once

#include "runtime/wait_list.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <string>
#include <string_view>

namespace forager {

class Signals {
public:
    /// Hears of the signals to one invocation from its construction on.
    class Listener {
    public:
        Listener(Signals& signals, std::string root);
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;
        ~Listener();

        /// Waits for one that came since the last call. Throws `operation_aborted` when cancelled.
        boost::asio::awaitable<void> next();

    private:
        friend class Signals;
        Signals& signals_;
        std::multimap<std::string, Listener*, std::less<>>::iterator place_;
        WaitList waiters_;
        bool heard_ = false;
    };

    Signals() = default;
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    /// One for this invocation is in the journal.
    void sent(std::string_view root);

private:
    std::multimap<std::string, Listener*, std::less<>> listeners_;
};

} // namespace forager
