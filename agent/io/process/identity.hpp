// Which process something was, in a way that its number alone cannot say: numbers are given out again. For what an
// agent leaves behind when it dies.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace forager {

struct ProcessIdentity {
    pid_t process = -1;
    std::uint64_t born = 0; ///< clock ticks after the start of the machine
    std::string boot;       ///< of the machine, as `Clock::boot` names it
};

/// When the process was started; nothing when there is none of this number.
std::optional<std::uint64_t> birth_of(pid_t process);

ProcessIdentity this_process(std::string boot);

/// One line, and back.
std::string to_text(const ProcessIdentity& identity);
std::optional<ProcessIdentity> parse_identity(std::string_view text);

} // namespace forager
