// Waiting for an invocation of the running agent, which may be restarted meanwhile.
#pragma once

#include "cli/asking.hpp"

#include <string>

namespace forager::cli {

/// The record of the invocation when it has ended. An agent that goes away is given a minute to come back.
boost::asio::awaitable<Outcome> wait_for_end(control::Client& client, std::string id);

/// Writes the invocation's lines to stderr until it has ended.
boost::asio::awaitable<Outcome> follow_lines(control::Client& client, std::string id);

/// Asks, and prints what came of one invocation: its id, its result when it has ended. Exit status 1 when it failed.
int ask_about_one(const Common& common, const Question& question);

/// The lines of one answer as text, and the number of the last one, or `after` when there is none.
std::pair<std::string, std::int64_t> lines_in(const Value& answer, std::int64_t after);

} // namespace forager::cli
