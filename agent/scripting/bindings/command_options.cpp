#include "scripting/bindings/command_options.hpp"

#include "scripting/script.hpp"

namespace forager::scripting {

namespace {

// Lua has checked that it is not negative.
std::optional<std::uint64_t> number(const Value& given, std::string_view name)
{
    const auto whole = whole_option(given, name);
    return whole ? std::optional{static_cast<std::uint64_t>(*whole)} : std::nullopt;
}

} // namespace

ResourceLimits limits_of(const Value& given)
{
    ResourceLimits limits;
    limits.cpu_seconds = number(given, "cpu_seconds");
    limits.memory_bytes = number(given, "memory_bytes");
    limits.file_bytes = number(given, "file_bytes");
    limits.open_files = number(given, "open_files");
    limits.processes = number(given, "processes");
    return limits;
}

std::shared_ptr<LineQueue> line_queue(const Request& request)
{
    const auto* id = request.arg(1).get<std::int64_t>();
    return id == nullptr ? nullptr : request.script.lines(*id);
}

} // namespace forager::scripting
