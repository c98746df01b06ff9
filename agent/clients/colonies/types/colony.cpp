#include "clients/colonies/types/colony.hpp"

#include "clients/colonies/types/members.hpp"

namespace forager::colonies {

void members(auto& io, Is<Colony> auto& colony)
{
    io("colonyid", colony.id);
    io("name", colony.name);
}

void members(auto& io, Is<User> auto& user)
{
    io("colonyname", user.colony);
    io("userid", user.id);
    io("name", user.name);
    io("email", user.email);
    io("phone", user.phone);
}

void members(auto& io, Is<Location> auto& location)
{
    io("locationid", location.id);
    io("name", location.name);
    io("colonyname", location.colony);
    io("description", location.description);
    io("long", location.longitude);
    io("lat", location.latitude);
}

void members(auto& io, Is<Log> auto& log)
{
    io("processid", log.process);
    io("colonyname", log.colony);
    io("executorname", log.executor_name);
    io("message", log.message);
    io("timestamp", log.time);
}

void members(auto& io, Is<Statistics> auto& statistics)
{
    io("colonies", statistics.colonies);
    io("executors", statistics.executors);
    io("activeexecutors", statistics.active_executors);
    io("unregisteredexecutors", statistics.unregistered_executors);
    io("waitingprocesses", statistics.waiting_processes);
    io("runningprocesses", statistics.running_processes);
    io("successfulprocesses", statistics.successful_processes);
    io("failedprocesses", statistics.failed_processes);
    io("cancelledprocesses", statistics.cancelled_processes);
    io("waitingworkflows", statistics.waiting_workflows);
    io("runningworkflows", statistics.running_workflows);
    io("successfulworkflows", statistics.successful_workflows);
    io("failedworkflows", statistics.failed_workflows);
    io("cancelledworkflows", statistics.cancelled_workflows);
}

void members(auto& io, Is<ServerVersion> auto& server)
{
    io("buildversion", server.version);
    io("buildtime", server.built);
}

void members(auto& io, Is<Backend> auto& backend)
{
    io("type", backend.type);
    io("host", backend.host);
    io("port", backend.port);
    io("tls", backend.tls);
    io("insecure", backend.insecure);
}

void members(auto& io, Is<ServerInfo> auto& server)
{
    io("buildversion", server.version);
    io("buildtime", server.built);
    io("backends", server.backends);
}

std::string_view name_of(const Colony&)
{
    return "colony";
}

std::string_view name_of(const User&)
{
    return "user";
}

std::string_view name_of(const Location&)
{
    return "location";
}

std::string_view name_of(const Log&)
{
    return "log";
}

std::string_view name_of(const Statistics&)
{
    return "statistics";
}

std::string_view name_of(const ServerVersion&)
{
    return "version";
}

std::string_view name_of(const ServerInfo&)
{
    return "server";
}

template Result<Colony> read(const Value&);
template Result<std::vector<Colony>> read_list(const Value&);
template Object to_object(const Colony&);
template Result<User> read(const Value&);
template Result<std::vector<User>> read_list(const Value&);
template Object to_object(const User&);
template Result<Location> read(const Value&);
template Result<std::vector<Location>> read_list(const Value&);
template Object to_object(const Location&);
template Result<Log> read(const Value&);
template Result<std::vector<Log>> read_list(const Value&);
template Object to_object(const Log&);
template Result<Statistics> read(const Value&);
template Object to_object(const Statistics&);
template Result<ServerVersion> read(const Value&);
template Object to_object(const ServerVersion&);
template Result<ServerInfo> read(const Value&);
template Object to_object(const ServerInfo&);

} // namespace forager::colonies
