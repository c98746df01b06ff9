// How results and failures look: results on stdout, everything else on stderr.
#pragma once

#include "app/app.hpp"
#include "cli/command.hpp"
#include "core/outcome.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace forager::cli {

/// A result as a person reads it: text as it is, nothing for nothing, data as YAML.
std::string for_people(const Value& result);

/// Prints how the work ended and gives the exit status.
int print_ending(const Ending& ending, const Common& common,
                 const std::function<std::string(const Value&)>& shown = for_people);

/// The exit status of work that ended like this, where what is printed gave `status`: a signal has its own.
int exit_status(const Ending& ending, int status);

/// Prints a failure (as JSON on stdout, or for people on stderr) and gives the exit status: 2 for a script that does
/// not load, else 1.
int print_failure(const Failure& failure, const Common& common);

/// Runs what prints the result and gives its exit status; where stdout takes nothing it says so, and the work has
/// failed.
int telling(const std::function<int()>& tell);

/// What the watchdog prints when the loop is stuck.
void print_last_words(const Failure& failure, const Common& common);

/// Keeps whatever is opened later from becoming a standard stream that the caller has closed.
void hold_standard_streams();

/// Writes all of it to stdout; a reader that is gone is no error. Throws std::system_error where it cannot: a full
/// disk.
void write_out(std::string_view text);

/// The same while there is more to do: signals are still asked to end that. False: the reader is gone.
bool write_out_meanwhile(std::string_view text);

/// A failure as one line of JSON, and for people: with the line of the script that it is about, which is read, or with
/// this excerpt.
std::string failure_json(const Failure& failure);
std::string failure_text(const Failure& failure);
std::string failure_text(const Failure& failure, const std::string& excerpt);

/// Writes to stderr what can be written there.
void write_err(std::string_view text);

} // namespace forager::cli
