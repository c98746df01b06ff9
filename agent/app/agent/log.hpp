// What the agent tells its operator, line by line on stderr: text for people, fields for the journal, or JSON. One for
// the agent, on the strand.
#pragma once

#include "core/value.hpp"
#include "ports/clock.hpp"

#include <string_view>

namespace forager {

enum class LogFormat { text, journald, json };
enum class LogLevel { debug, info, warning, error };

class AgentLog {
public:
    /// `clock` must outlive it.
    AgentLog(const Clock& clock, LogFormat format, LogLevel least) : clock_{clock}, format_{format}, least_{least} {}

    /// One line; `fields` are names and texts that belong to it, as the invocation.
    void write(LogLevel level, std::string_view message, const Object& fields = {}) const;

    void info(std::string_view message, const Object& fields = {}) const { write(LogLevel::info, message, fields); }
    void warn(std::string_view message, const Object& fields = {}) const { write(LogLevel::warning, message, fields); }
    void fail(std::string_view message, const Object& fields = {}) const { write(LogLevel::error, message, fields); }

private:
    const Clock& clock_;
    LogFormat format_;
    LogLevel least_;
};

} // namespace forager
