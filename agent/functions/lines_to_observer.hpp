// Hands on what a command prints, while it runs, to whoever watches the invocation.
#pragma once

#include "ports/observer.hpp"
#include "ports/process_runner.hpp"

namespace forager {

class LinesToObserver final : public LineSink {
public:
    /// Both must outlive it.
    LinesToObserver(const Invocation& invocation, Observer& observer) : invocation_{invocation}, observer_{observer} {}

    boost::asio::awaitable<void> line(Stream, std::string text) override
    {
        say(text);
        co_return;
    }

    /// What the agent itself has to say.
    void say(std::string_view text) { observer_.line(invocation_, text); }

private:
    const Invocation& invocation_;
    Observer& observer_;
};

} // namespace forager
