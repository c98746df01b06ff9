// Commands that run a script, or a function that scripts declare, with somebody at its border: plan, record.
#pragma once

#include "app/stage.hpp"
#include "cli/command.hpp"

#include <string>
#include <vector>

namespace forager::cli {

struct StagedOptions {
    Common common;
    std::string what;
    std::vector<std::string> args;
    std::vector<std::string> keywords;
    std::vector<std::string> scripts;
};

/// The operands FILE|FUNC and ARG, --kw and --script.
void add_staged_options(CLI::App& command, StagedOptions& options);

/// Failures: bad_arguments, and those of the configuration.
Result<StagedWork> staged_work(const StagedOptions& options);

} // namespace forager::cli
