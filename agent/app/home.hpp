// Whose it is what the program makes in an engine or a cluster, so that a later run of it knows what is left over.
#pragma once

#include "app/app.hpp"
#include "config/config.hpp"

#include <functional>
#include <string>

namespace forager {

/// The agent's, with its state folder to itself; or a command's, beside which others run.
enum class Home { agent, command };

/// Names it, over all runs of the program.
std::string text_of(Home home, const config::Settings& settings);

/// Names this run of the program, told apart from all others.
std::string this_owner(App& app);

/// Whether another run of the same home has ended. Two agents never share a home.
std::function<bool(const std::string& owner)> is_gone_in(Home home, App& app);

} // namespace forager
