// How commands ask the colony of the configuration, and what they say when it does not answer as hoped.
#pragma once

#include "app/app.hpp"
#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "core/outcome.hpp"
#include "primitives/colony/member.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>

namespace forager::cli {

/// What is asked; its value is the result. It is called once, and its arguments outlive what it gives.
using ColonyQuestion = std::function<boost::asio::awaitable<Outcome>(App& app, ColonyMember& member)>;

/// Asks. A failure says what an operator can do about it.
Ending colony_answer(const Common& common, Progress& progress, const ColonyQuestion& question);

/// Asks and prints: as JSON, or as `shown` says. Gives the exit status.
int ask_colony(const Common& common, const ColonyQuestion& question,
               const std::function<std::string(const Value&)>& shown);

} // namespace forager::cli
