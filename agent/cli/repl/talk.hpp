// A session from its beginning to its end, and the exit status that it has.
#pragma once

#include "app/app.hpp"
#include "cli/command.hpp"
#include "cli/repl/conversation.hpp"
#include "ports/observer.hpp"

#include <functional>
#include <memory>

namespace forager::cli {

/// Shows what functions print; their states are nobody's business here.
class Printer final : public Observer {
public:
    void state(const Invocation&, State, std::string_view) override {}
    void line(const Invocation& invocation, std::string_view text) override;

    Lines* lines = nullptr; ///< null: nothing is printed yet
};

/// What the session goes on with, once there is an app.
using MakeEvaluator = std::function<Result<std::unique_ptr<Evaluator>>(App& app, Printer& printer)>;

/// Talks until the inputs end. Exit status 1 when one failed.
int talk(const Common& common, const MakeEvaluator& make);

} // namespace forager::cli
