// What the agent tells its operator, line by line: text for people or JSON on stderr, or entries with fields for
// systemd's journal. One for the agent, on the strand; it never waits for a reader.
#pragma once

#include "app/agent/log_writer.hpp"
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
    AgentLog(LogFormat format, LogLevel least, LogOutlet outlet = {});

    /// One line; `fields` are names and texts that belong to it, as the invocation.
    void write(LogLevel level, std::string_view message, const Object& fields = {}) const;

    /// Whether lines of this level are written at all.
    bool writes(LogLevel level) const { return level >= least_; }

    void info(std::string_view message, const Object& fields = {}) const { write(LogLevel::info, message, fields); }
    void warn(std::string_view message, const Object& fields = {}) const { write(LogLevel::warning, message, fields); }
    void fail(std::string_view message, const Object& fields = {}) const { write(LogLevel::error, message, fields); }

    /// Lines written so far, by level.
    std::uint64_t lines(LogLevel level) const { return lines_[static_cast<std::size_t>(level)]; }

    /// Lines that nobody read in time: the next one that is read tells of them.
    std::uint64_t lost() const { return lost_; }

private:
    LogWriter::Line line_of(LogLevel level, std::string_view message, const Object& fields) const;
    bool put(LogLevel level, std::string_view message, const Object& fields) const;
    void tell_of_the_lost() const;

    LogFormat format_;
    LogLevel least_;
    bool has_journal_; // stderr leads there: it gets entries instead of lines
    mutable LogWriter writer_;
    mutable std::uint64_t lost_ = 0;
    mutable std::uint64_t lost_untold_ = 0;
    mutable std::array<std::uint64_t, 4> lines_{}; // what is counted changes nothing for who writes
};

} // namespace forager
