// What is wrong with a command line, said so that the next try succeeds.
#pragma once

#include "core/failure.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace forager::cli {

/// `help COMMAND` as `COMMAND --help`; all else as it is.
std::vector<std::string> with_help_flag(std::vector<std::string> words);

/// What is wrong with the command's name, the first word that is no flag; nothing where there is such a command, or
/// where only flags are given.
std::optional<Failure> wrong_command(const CLI::App& program, const std::vector<std::string>& words);

/// What is wrong with the rest, after `program` refused it.
Failure wrong_usage(const CLI::App& program, const CLI::ParseError& error);

} // namespace forager::cli
