#include "app/agent/log.hpp"

#include "app/agent/systemd_journal.hpp"
#include "base/text.hpp"
#include "base/timestamp.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/json.hpp"
#include "runtime/alarm.hpp"

#include <string>
#include <utility>

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

// Bytes that are no characters as \xNN: who reads the log may not bear them.
std::string legible(std::string_view text)
{
    constexpr std::size_t longest_character = 4;
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t length = 1;
        while (length <= longest_character && !is_utf8(text.substr(i, length)))
            ++length;
        if (length <= longest_character) {
            result += text.substr(i, length);
            i += length;
        } else {
            result += "\\x" + to_hex(text.substr(i, 1));
            ++i;
        }
    }
    return result;
}

std::string with_fields(std::string_view message, const Object& fields)
{
    std::string line;
    for (const std::string_view part : split(message, '\n'))
        line += (line.empty() ? "" : " | ") + std::string{part};
    for (const Member& field : fields)
        line += " " + field.name + "=" + field_text(field.value);
    return printable(legible(line));
}

std::string json_line(WallTime time, LogLevel level, std::string_view message, const Object& fields)
{
    Object all{{"time", timestamp(time)}, {"level", name_of(level)}, {"message", message}};
    for (const Member& field : fields)
        all.append(field.name, field.value);
    return to_json(Value{std::move(all)});
}

} // namespace

AgentLog::AgentLog(LogFormat format, LogLevel least, LogOutlet outlet)
    : format_{format}, least_{least}, has_journal_{leads_to_journal(outlet.stream)}, writer_{std::move(outlet)}
{
    if (format_ == LogFormat::automatic)
        format_ = has_journal_ ? LogFormat::journald : LogFormat::text;
}

LogWriter::Line AgentLog::line_of(LogLevel level, std::string_view message, const Object& fields) const
{
    const WallTime now = std::chrono::system_clock::now();
    if (format_ == LogFormat::json)
        return {json_line(now, level, message, fields) + "\n", {}};
    std::string text = with_fields(message, fields);
    if (format_ != LogFormat::journald)
        return {wall_text(now) + " " + std::string{name_of(level)} + " " + text + "\n", {}};
    std::string entry = has_journal_ ? to_datagram({text, priority_of(level), fields}) : std::string{};
    return {"<" + std::to_string(priority_of(level)) + ">" + text + "\n", std::move(entry)};
}

bool AgentLog::put(LogLevel level, std::string_view message, const Object& fields) const
{
    return writer_.put(line_of(level, message, fields));
}

void AgentLog::tell_of_the_lost() const
{
    if (lost_untold_ == 0 || !writer_.flows())
        return;
    if (put(LogLevel::warning, "lines of this log were lost: nobody read them in time", {{"lines", lost_untold_}}))
        lost_untold_ = 0;
}

void AgentLog::write(LogLevel level, std::string_view message, const Object& fields) const
{
    if (!writes(level))
        return;
    ++lines_[static_cast<std::size_t>(level)];
    tell_of_the_lost();
    if (put(level, message, fields))
        return;
    ++lost_;
    ++lost_untold_;
}

} // namespace forager
