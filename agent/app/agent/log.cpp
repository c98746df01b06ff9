#include "app/agent/log.hpp"

#include "base/text.hpp"
#include "io/formats/json.hpp"
#include "runtime/alarm.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace forager {

std::string_view name_of(LogLevel level)
{
    switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
    }
    return "error";
}

namespace {

// What syslog calls it: the journal reads it from the beginning of a line.
int priority_of(LogLevel level)
{
    switch (level) {
    case LogLevel::debug: return 7;
    case LogLevel::info: return 6;
    case LogLevel::warning: return 4;
    case LogLevel::error: return 3;
    }
    return 3;
}

std::string field_text(const Value& value)
{
    const auto* text = value.get<std::string>();
    const bool plain = text != nullptr && text->find_first_of(" \"=\n") == std::string::npos && !text->empty();
    return plain ? *text : to_json(value);
}

std::string with_fields(std::string_view message, const Object& fields)
{
    std::string line;
    for (const std::string_view part : split(message, '\n'))
        line += (line.empty() ? "" : " | ") + std::string{part};
    for (const Member& field : fields)
        line += " " + field.name + "=" + field_text(field.value);
    return printable(line);
}

std::string json_line(std::string_view time, LogLevel level, std::string_view message, const Object& fields)
{
    Object all{{"time", time}, {"level", name_of(level)}, {"message", message}};
    for (const Member& field : fields)
        all.append(field.name, field.value);
    return to_json(Value{std::move(all)});
}

} // namespace

// The service manager names the journal's stream, where it is the one.
AgentLog::AgentLog(LogFormat format, LogLevel least) : format_{format}, least_{least}
{
    if (format_ == LogFormat::automatic)
        format_ = std::getenv("JOURNAL_STREAM") == nullptr ? LogFormat::text : LogFormat::journald;
}

void AgentLog::write(LogLevel level, std::string_view message, const Object& fields) const
{
    if (level < least_)
        return;
    ++lines_[static_cast<std::size_t>(level)];
    const std::string time = wall_text(std::chrono::system_clock::now());
    std::string line;
    switch (format_) {
    case LogFormat::automatic:
    case LogFormat::text: line = time + " " + std::string{name_of(level)} + " " + with_fields(message, fields); break;
    case LogFormat::journald:
        line = "<" + std::to_string(priority_of(level)) + ">" + with_fields(message, fields);
        break;
    case LogFormat::json: line = json_line(time, level, message, fields); break;
    }
    line += '\n';
    // One call for a line, so that lines of several programs do not mix; a log that takes nothing stops no work.
    std::fwrite(line.data(), 1, line.size(), stderr);
}

} // namespace forager
