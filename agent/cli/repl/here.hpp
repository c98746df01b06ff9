// Inputs that this program runs itself, as `forager run` does a script.
#pragma once

#include "app/app.hpp"
#include "cli/repl/evaluator.hpp"
#include "runtime/task_group.hpp"
#include "scripting/session.hpp"

#include <memory>

namespace forager::cli {

class Here final : public Evaluator {
public:
    /// `app` and `observer` must outlive it.
    Here(App& app, std::shared_ptr<scripting::Script> script, Observer& observer);

    boost::asio::awaitable<Result<void>> open() override;
    boost::asio::awaitable<void> close() override;
    boost::asio::awaitable<Outcome> evaluate(std::string text, std::int64_t line) override;
    void interrupt() override { session_.interrupt(); }
    bool is_open() const override { return true; }

private:
    scripting::Session session_;
    TaskGroup group_;
};

} // namespace forager::cli
