// What the agent tells its operator, line by line on stderr: text for people, fields for the journal, or JSON. One for
// the agent, on the strand.
#pragma once

#include "config/config.hpp"
#include "core/value.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace forager {

using config::LogFormat;
using config::LogLevel;

std::string_view name_of(LogLevel level);

class AgentLog {
public:
    AgentLog(LogFormat format, LogLevel least);

    /// One line; `fields` are names and texts that belong to it, as the invocation.
    void write(LogLevel level, std::string_view message, const Object& fields = {}) const;

    void info(std::string_view message, const Object& fields = {}) const { write(LogLevel::info, message, fields); }
    void warn(std::string_view message, const Object& fields = {}) const { write(LogLevel::warning, message, fields); }
    void fail(std::string_view message, const Object& fields = {}) const { write(LogLevel::error, message, fields); }

    /// Lines written so far, by level.
    std::uint64_t lines(LogLevel level) const { return lines_[static_cast<std::size_t>(level)]; }

private:
    LogFormat format_;
    LogLevel least_;
    mutable std::array<std::uint64_t, 4> lines_{}; // what is counted changes nothing for who writes
};

} // namespace forager
