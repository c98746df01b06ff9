// Hooks behind a real server, with a queue and functions that do as a test says.
#pragma once

#include "server_world.hpp"
#include "sources/hook/hook_source.hpp"
#include "virtual_clock.hpp"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace forager::test {

class RecordingQueue final : public Queue {
public:
    std::vector<Submission> submissions;
    std::optional<Failure> failure;

    boost::asio::awaitable<Result<Accepted>> put(Submission submission) override
    {
        if (failure)
            co_return *failure;
        submissions.push_back(std::move(submission));
        co_return Accepted{"id-" + std::to_string(submissions.size()), true};
    }
};

inline Hook hook(std::string_view route, std::string function = "on.test.1")
{
    return {HookRoute::parse(route).value(), std::move(function), false, Proof::none, {}};
}

inline Hook guarded(std::string_view route, Proof proof, std::string secret)
{
    Hook made = hook(route);
    made.proof = proof;
    made.secret = Secret{std::move(secret)};
    return made;
}

class HookWorld {
public:
    using Function = std::function<boost::asio::awaitable<Outcome>(Invocation)>;

    explicit HookWorld(std::vector<Hook> served, HookSource::Config config = {})
        : hooks{server.strand.executor(),
                {clock, queue, [this](Invocation invocation) { return function(std::move(invocation)); },
                 [this](const std::string& message) { told.push_back(message); }, [this] { return held_up; }},
                config}
    {
        hooks.set(std::move(served));
    }
    HookWorld(const HookWorld&) = delete;
    HookWorld& operator=(const HookWorld&) = delete;

    ~HookWorld()
    {
        server.turn_until([this] {
            if (!server.running.ended())
                server.running.cancel();
            return server.running.ended();
        });
    }

    /// What all functions give, whatever they are called with.
    void give(Outcome outcome)
    {
        function = [this, outcome](Invocation invocation) { return at_once(std::move(invocation), outcome); };
    }

    http::Response send(const std::string& method, const std::string& target, std::string body = {},
                        http::Headers headers = {})
    {
        http::Request request;
        request.method = method;
        request.url = server.url(target);
        request.body = std::move(body);
        request.headers = std::move(headers);
        return server.send(std::move(request)).value();
    }

    VirtualClock clock;
    RecordingQueue queue;
    std::vector<std::string> told;
    std::string held_up;
    std::vector<Invocation> called;
    Function function = [this](Invocation invocation) { return at_once(std::move(invocation), Outputs{}); };
    ServerWorld server{[this](http::ServedRequest request) { return hooks.handle(std::move(request)); }};
    HookSource hooks;

private:
    boost::asio::awaitable<Outcome> at_once(Invocation invocation, Outcome outcome)
    {
        called.push_back(std::move(invocation));
        co_return outcome;
    }
};

} // namespace forager::test
