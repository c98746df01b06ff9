// One command of the program: its flags, and what it does. Each has a file of its own.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace forager::cli {

/// Flags that every command understands.
struct Common {
    bool json = false;
    bool quiet = false;
    bool verbose = false;
    std::string config; ///< the configuration file
};

/// Does the work of the command that was chosen, and gives the exit status.
using Action = std::function<int()>;

/// Adds the command; `chosen` becomes its action when the command line names it.
using AddCommand = void (*)(CLI::App& program, Action& chosen);

void add_agent(CLI::App& program, Action& chosen);
void add_repl(CLI::App& program, Action& chosen);
void add_run(CLI::App& program, Action& chosen);
void add_call(CLI::App& program, Action& chosen);
void add_check(CLI::App& program, Action& chosen);
void add_plan(CLI::App& program, Action& chosen);
void add_record(CLI::App& program, Action& chosen);
void add_replay(CLI::App& program, Action& chosen);
void add_test(CLI::App& program, Action& chosen);
void add_config(CLI::App& program, Action& chosen);
void add_functions(CLI::App& program, Action& chosen);
void add_submit(CLI::App& program, Action& chosen);
void add_ps(CLI::App& program, Action& chosen);
void add_show(CLI::App& program, Action& chosen);
void add_logs(CLI::App& program, Action& chosen);
void add_cancel(CLI::App& program, Action& chosen);
void add_retry(CLI::App& program, Action& chosen);
void add_signal(CLI::App& program, Action& chosen);
void add_explain(CLI::App& program, Action& chosen);
void add_drain(CLI::App& program, Action& chosen);
void add_status(CLI::App& program, Action& chosen);
void add_reload(CLI::App& program, Action& chosen);
void add_reconcile(CLI::App& program, Action& chosen);
void add_apply(CLI::App& program, Action& chosen);
void add_get_documents(CLI::App& program, Action& chosen);
void add_describe(CLI::App& program, Action& chosen);
void add_delete(CLI::App& program, Action& chosen);
void add_diff(CLI::App& program, Action& chosen);
void add_rollout(CLI::App& program, Action& chosen);
void add_fs(CLI::App& program, Action& chosen);
void add_init(CLI::App& program, Action& chosen);
void add_keygen(CLI::App& program, Action& chosen);
void add_version(CLI::App& program, Action& chosen);

/// The whole command line: all commands, in the order of the help.
void describe(CLI::App& program, Action& chosen);

/// A command with the common flags; `options` lives as long as the command line is used.
CLI::App* add_command(CLI::App& program, const char* name, const char* summary, Common& common);

/// The command line with its operands shielded: the library would take "[1,2]" for a list and "-5" for a flag. What
/// follows `--` is all operands.
std::vector<std::string> shielded(int argc, char** argv);

/// "fs ls --json" for "fs --json ls": the library knows a verb's flags only behind it.
std::vector<std::string> flags_behind_verbs(const CLI::App& program, std::vector<std::string> words);

/// A word as it was given.
std::string unshielded(std::string word);

/// A word that parses as JSON is JSON, anything else text.
Value json_or_text(const std::string& word);

/// NAME=VALUE, each. Failures: bad_arguments.
Result<Object> keyword_arguments(const std::vector<std::string>& words);

/// An operand as it was given.
CLI::Option* add_operand(CLI::App& command, const char* name, std::string& target, const char* help);
CLI::Option* add_operands(CLI::App& command, const char* name, std::vector<std::string>& target, const char* help);

/// Adds a flag that takes a duration.
CLI::Option* add_duration(CLI::App& command, const char* name, std::optional<std::chrono::nanoseconds>& target,
                          const char* help);

} // namespace forager::cli
