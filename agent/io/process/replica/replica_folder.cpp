#include "io/process/replica/replica_folder.hpp"

#include "core/value.hpp"
#include "io/formats/json.hpp"
#include "io/process/replica/rotating_log.hpp"
#include "io/system_failure.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace forager {

namespace {

// What a newer agent left is not read wrongly by an older one.
constexpr std::int64_t version = 1;

std::int64_t to_number(WallTime time)
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

WallTime time_of(const Object& object, std::string_view name)
{
    return WallTime{std::chrono::nanoseconds{part<std::int64_t>(object, name)}};
}

std::optional<Object> object_in(const std::string& file)
{
    auto value = parse_json(content_of(file));
    if (!value)
        return {};
    auto* object = value->get<Object>();
    return object == nullptr ? std::nullopt : std::optional{std::move(*object)};
}

Object to_data(const ReplicaLabels& labels)
{
    return {{"version", version},
            {"origin", labels.key.origin},
            {"space", labels.key.space},
            {"kind", labels.key.kind},
            {"name", labels.key.name},
            {"replica", labels.name},
            {"id", labels.document},
            {"print", labels.print},
            {"generation", labels.generation},
            {"executor", labels.executor},
            {"program", labels.program},
            {"health", labels.has_health},
            {"created", to_number(labels.created)},
            {"maker", to_text(labels.maker)}};
}

bool make_folder(const std::string& path)
{
    return ::mkdir(path.c_str(), S_IRWXU) == 0;
}

} // namespace

Result<void> ReplicaFolder::make(const ReplicaLabels& labels) const
{
    if (make_folder(path_) && make_folder(work()) && make_folder(log()) &&
        write("labels", to_json(Value{to_data(labels)}) + "\n"))
        return {};
    return system_failure("cannot make the folder of the replica '" + labels.name + "'", errno);
}

std::optional<ReplicaLabels> ReplicaFolder::labels() const
{
    const auto data = object_in(path_ + "/labels");
    if (!data || part<std::int64_t>(*data, "version") != version)
        return {};
    ReplicaLabels labels;
    labels.key = {part<std::string>(*data, "origin"), part<std::string>(*data, "space"),
                  part<std::string>(*data, "kind"), part<std::string>(*data, "name")};
    labels.name = part<std::string>(*data, "replica");
    labels.document = part<std::string>(*data, "id");
    labels.print = part<std::string>(*data, "print");
    labels.generation = part<std::int64_t>(*data, "generation");
    labels.executor = part<std::string>(*data, "executor");
    labels.program = part<std::string>(*data, "program");
    labels.has_health = part<bool>(*data, "health");
    labels.created = time_of(*data, "created");
    labels.maker = parse_identity(part<std::string>(*data, "maker")).value_or(ProcessIdentity{});
    return labels;
}

bool ReplicaFolder::write_begun(const ReplicaBegun& begun) const
{
    const Object data{{"process", begun.process}, {"born", begun.born}, {"at", to_number(begun.at)}};
    return write("begun", to_json(Value{data}) + "\n");
}

std::optional<ReplicaBegun> ReplicaFolder::begun() const
{
    const auto data = object_in(path_ + "/begun");
    if (!data)
        return {};
    return ReplicaBegun{static_cast<pid_t>(part<std::int64_t>(*data, "process")),
                        static_cast<std::uint64_t>(part<std::int64_t>(*data, "born")), time_of(*data, "at")};
}

bool ReplicaFolder::write_end(const ReplicaEnd& end) const
{
    const Object data{{"status", end.status}, {"trouble", end.trouble}, {"said", end.said}, {"at", to_number(end.at)}};
    return write("end", to_json(Value{data}) + "\n");
}

std::optional<ReplicaEnd> ReplicaFolder::end() const
{
    const auto data = object_in(path_ + "/end");
    if (!data)
        return {};
    ReplicaEnd end;
    end.status = static_cast<int>(part<std::int64_t>(*data, "status"));
    end.trouble = part<std::string>(*data, "trouble");
    end.said = part<std::string>(*data, "said");
    end.at = time_of(*data, "at");
    return end;
}

bool ReplicaFolder::write_health(const ReplicaHealth& health) const
{
    const Object data{{"ready", health.ready}, {"unhealthy", health.unhealthy}, {"trouble", health.trouble}};
    return write("health", to_json(Value{data}) + "\n");
}

std::optional<ReplicaHealth> ReplicaFolder::health() const
{
    const auto data = object_in(path_ + "/health");
    if (!data)
        return {};
    ReplicaHealth health;
    health.ready = part<bool>(*data, "ready");
    health.unhealthy = part<bool>(*data, "unhealthy");
    health.trouble = part<std::string>(*data, "trouble");
    return health;
}

std::string ReplicaFolder::last_lines(std::size_t lines, std::size_t most) const
{
    std::string text = RotatingLog::content(log());
    std::size_t begin = text.size();
    for (std::size_t left = lines; left > 0 && begin > 0; --left) {
        const std::size_t end_of_one_before = begin < 2 ? text.npos : text.rfind('\n', begin - 2);
        begin = end_of_one_before == text.npos ? 0 : end_of_one_before + 1;
    }
    const std::size_t cut = text.size() > most ? text.size() - most : 0;
    return text.substr(std::max(begin, cut));
}

} // namespace forager
