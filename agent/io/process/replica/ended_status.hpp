// How a process ended, as `wait` gives it.
#pragma once

#include <sys/wait.h>

#include <string>

namespace forager {

/// As shells say: 128 + signal when a signal ended it.
inline int exit_code_of(int status)
{
    constexpr int by_signal = 128;
    return WIFSIGNALED(status) ? by_signal + WTERMSIG(status) : WEXITSTATUS(status);
}

/// "exit status 3", "killed by signal 9", for people.
inline std::string ended_status(int status)
{
    if (WIFSIGNALED(status))
        return "killed by signal " + std::to_string(WTERMSIG(status));
    return "exit status " + std::to_string(WEXITSTATUS(status));
}

} // namespace forager
