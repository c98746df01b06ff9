// What upstream's executors call `execute`: one line for a shell, said in keywords. The same on the host and in
// containers.
#pragma once

#include "core/failure.hpp"
#include "core/invocation.hpp"

#include <span>
#include <string>

namespace forager {

/// Refuses what is no keyword of it, nor among `more`. `name` is the function's, for messages.
Result<void> only_execute_keywords(const Invocation& invocation, const std::string& name,
                                   std::span<const std::string> more = {});

/// init-cmd;cmd args, with the invocation's id for the first `{processid}` of cmd, and of args.
Result<std::string> execute_line(const Invocation& invocation, const std::string& name);

} // namespace forager
