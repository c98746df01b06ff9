// How commands ask the running agent, and show what it answers.
#pragma once

#include "app/app.hpp"
#include "cli/command.hpp"
#include "config/configuration.hpp"
#include "control/client.hpp"
#include "core/outcome.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <string>

namespace forager::cli {

/// The configuration that the command was given; its warnings go to stderr.
Result<config::Settings> settings_for(const Common& common);

/// As whom a script that a command runs asks the colony: by the configuration, which is read when it does so. The app
/// must outlive it.
scripting::ColonyAccess colony_access(const Common& common, App& app);

/// The socket of the agent that the command is to ask.
Result<std::string> socket_for(const Common& common);

/// The configured socket. By default a user's own or, where there is none and he is let in, `service`: that of the
/// service.
std::string socket_to_ask(const config::Configuration& configuration, const std::string& service);

/// What is asked; its value is the result.
using Question = std::function<boost::asio::awaitable<Outcome>(control::Client& client)>;

/// Asks.
Ending answer_to(const Common& common, const Question& question);

/// Asks and prints: as JSON, or as `shown` says. Gives the exit status.
int ask(const Common& common, const Question& question, const std::function<std::string(const Value&)>& shown);

/// One request as a question.
Question getting(std::string path);
Question posting(std::string path, Object body);

/// A member's text, or what else it holds as JSON; empty where there is none.
std::string text_of(const Value& object, std::string_view name);

/// Rows with their columns in line.
std::string table(const std::vector<std::vector<std::string>>& rows);

} // namespace forager::cli
