// Inputs that the running agent runs: a session of its own there, which ends with this program's connection.
#pragma once

#include "cli/repl/evaluator.hpp"
#include "cli/repl/talk.hpp"
#include "control/client.hpp"
#include "io/event.hpp"
#include "runtime/task_group.hpp"

#include <optional>
#include <string>

namespace forager::cli {

class Attached final : public Evaluator {
public:
    /// `wanted`: the script to load first, as the agent is told it. `app` and `printer` must outlive it.
    Attached(App& app, std::string socket, Object wanted, Printer& printer);

    boost::asio::awaitable<Result<void>> open() override;
    boost::asio::awaitable<void> close() override;
    boost::asio::awaitable<Outcome> evaluate(std::string text, std::int64_t line) override;
    void interrupt() override;
    bool is_open() const override { return !failure_; }

private:
    boost::asio::awaitable<void> listen();
    boost::asio::awaitable<void> hear();
    boost::asio::awaitable<void> cancel_evaluation();
    void take(const Object& event);
    std::string evaluation() const { return "/v1/sessions/" + id_ + "/evaluation"; }

    control::Client client_;
    Object wanted_;
    Printer& printer_;
    control::EventStream events_;
    TaskGroup group_;
    std::string id_;
    std::optional<Outcome> answer_;
    std::optional<Failure> failure_; // why it has ended
    Event heard_;
};

} // namespace forager::cli
