// Commands as functions and scripts use them: a failed one is a failure that says what it printed last. On the strand.
#pragma once

#include "core/failure.hpp"
#include "ports/process_runner.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace forager {

/// `/bin/sh -c SCRIPT`.
Command shell_command(std::string script);

/// The command as a person would name it in a sentence: one line, shortened; of a shell command only its script.
std::string shown(const std::vector<std::string>& argv);

/// The end of what a program printed, fit for a sentence: some three hundred bytes of text, or empty.
std::string last_words(std::string_view output);

/// `exit` with what belongs to it: exit_code, stdout, stderr and, where one ended it, signal.
Failure exit_failure(std::string message, int code, Completed done);

/// What callers are given of it: stdout, stderr, code, seconds and, where one ended it, signal.
Object record_of(Completed done);

/// Runs a command. With `check`, a non-zero status is an `exit_failure`. Other failures: those of `ProcessRunner::run`.
boost::asio::awaitable<Result<Completed>> run_checked(ProcessRunner& runner, Command command, bool check = true);

} // namespace forager
