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

/// Where the configuration is read from.
config::Sources sources_for(const Common& common);

/// The configuration that the command was given; its warnings go to stderr.
Result<config::Settings> settings_for(const Common& common);

/// Gives the scripts of a command what the configuration names: a colony, a Docker engine. It is read when the first of
/// them is asked for. `common` must outlive the app.
void connect_peers(const Common& common, App& app);

/// The socket of the agent that the command is to ask.
Result<std::string> socket_for(const Common& common);

/// The configured socket. By default a user's own or, where there is none and he is let in, `service`: that of the
/// service.
std::string socket_to_ask(const config::Configuration& configuration, const std::string& service);

/// What is asked; its value is the result.
using Question = std::function<boost::asio::awaitable<Outcome>(control::Client& client)>;

/// Asks. `last_words` tells the user when the loop no longer can, on a thread of its own; as a failure where it is
/// empty.
Ending answer_to(const Common& common, const Question& question,
                 std::function<void(const Failure& failure)> last_words = {});

/// Asks and prints: as JSON, or as `shown` says. Gives the exit status.
int ask(const Common& common, const Question& question, const std::function<std::string(const Value&)>& shown);

/// One request as a question.
Question getting(std::string path);
Question posting(std::string path, Object body);

/// A member's text, or what else it holds as JSON; empty where there is none.
std::string text_of(const Value& object, std::string_view name);

/// A member that is a moment, as people read it: "2026-11-24 18:22:26 UTC".
std::string time_text(const Value& object, std::string_view name);

/// Rows with their columns in line; a cell is one line, whatever its text holds.
std::string table(std::vector<std::vector<std::string>> rows);

} // namespace forager::cli
