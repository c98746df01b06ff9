#include "sources/colony/work.hpp"

#include "base/text.hpp"
#include "clients/colonies/record.hpp"
#include "core/file_mounts.hpp"
#include "core/process_record.hpp"
#include "core/references.hpp"
#include "io/formats/json.hpp"
#include "sources/colony/lease.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace forager::colony {

namespace {

const std::vector<std::string> takers_of_files = {"ml.execute",  "ml.sync",     "docker.execute",
                                                  "docker.sync", "k8s.execute", "k8s.sync"};

constexpr std::size_t longest_message = 32 * 1024;
constexpr std::size_t longest_traceback = 8 * 1024;

std::string beginning(std::string_view text, std::size_t bytes)
{
    if (text.size() <= bytes)
        return std::string{text};
    while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) // in the middle of a character
        --bytes;
    return std::string{text.substr(0, bytes)} + " …";
}

// Upstream's commands find all attributes of the process there, and under these names where they are.
Object environment_of(const colonies::Process& process, const Identity& who, const ServerAddress& server)
{
    Object env;
    for (const auto& [name, value] : process.spec.env)
        if (name != task_note_name)
            env.set(name, value);
    for (const colonies::Attribute& attribute : process.attributes)
        if (attribute.key != task_note_name)
            env.set(attribute.key, attribute.value);
    env.set("COLONIES_COLONY_ID", who.colony);
    env.set("COLONIES_COLONY_NAME", who.colony);
    env.set("COLONIES_PROCESS_ID", process.id);
    env.set("COLONIES_SERVER_HOST", server.host);
    env.set("COLONIES_SERVER_PORT", std::to_string(server.port));
    env.set("COLONIES_TLS", server.tls ? "true" : "false");
    env.set("COLONIES_EXECUTOR_ID", who.key.id());
    env.set("COLONIES_EXECUTOR_NAME", who.name);
    env.set("COLONIES_EXECUTOR_TYPE", who.offer.type);
    return env;
}

// What the parents in a workflow gave stands for arguments where the process has none of its own, and always where code
// comes with it, as upstream's clients expect. What a program printed becomes no other's command line by that.
bool takes_from_parents(const colonies::Process& process, std::string_view function)
{
    if (process.in.empty() || function == "unix.unix_command")
        return false;
    return process.spec.env.contains("code") || (process.spec.args.empty() && process.spec.kwargs.empty());
}

// As the server gave it, but for what this agent has written into it for itself.
std::string record_of(colonies::Process process)
{
    process.spec.env.erase(task_note_name);
    std::erase_if(process.attributes,
                  [](const colonies::Attribute& attribute) { return attribute.key == task_note_name; });
    return to_json(Value{colonies::to_object(process)});
}

Failure without_files(const std::string& function)
{
    Failure failure{Errc::refused, "The process asks for files ('fs'), and '" + function +
                                       "' has none: " + listed(takers_of_files) +
                                       " bring and store them; submit it without 'fs', or as one of these"};
    failure.retry = false;
    return failure;
}

bool names_a_mount(const Value& fs)
{
    const auto* table = fs.get<Object>();
    return table != nullptr && !part<std::string>(*table, "mount").empty();
}

// In the words of the function's keywords. Files that are only to be seen are for those who can bind them.
Result<void> add_files(Invocation& invocation, const Value& fs)
{
    const bool takes = std::ranges::find(takers_of_files, invocation.function) != takers_of_files.end();
    if (!takes && wants_files(fs))
        return without_files(invocation.function);
    if (takes && (wants_files(fs) || names_a_mount(fs)))
        invocation.kwargs.set("fs", fs);
    return {};
}

// What the process was matched by becomes what its container may use, where it says nothing else.
void add_limits(Invocation& invocation, const colonies::Conditions& conditions)
{
    constexpr double thousandths = 1000;
    const bool is_container =
        invocation.function == "docker.execute" || invocation.function == "k8s.execute" ||
        (invocation.function == "ml.execute" && invocation.kwargs.find("docker-image") != nullptr);
    if (!is_container)
        return;
    const auto add = [&](const char* name, Value value) {
        if (invocation.kwargs.find(name) == nullptr)
            invocation.kwargs.append(name, std::move(value));
    };
    if (const std::int64_t cpu = millicores(conditions.cpu); cpu > 0)
        add("cpus", static_cast<double>(cpu) / thousandths);
    if (const std::int64_t memory = bytes(conditions.memory); memory > 0)
        add("memory", memory);
    if (conditions.gpu.count > 0)
        add("gpus", conditions.gpu.count);
    if (invocation.function == "k8s.execute" && !conditions.gpu.name.empty())
        add("accelerator", conditions.gpu.name);
}

Result<Value> resolved(Value value, const ParentResults& parents)
{
    unmark_bytes(value);
    return resolve(value, {[&](std::string_view task) {
                       const auto found = parents.find(task);
                       return found == parents.end() ? nullptr : &found->second;
                   }});
}

// The colony counts how often it took the process away; how often the function itself has failed, nobody does there.
std::optional<std::size_t> retries_left(const TaskNote& note, const colonies::Process& process)
{
    if (!note.retries)
        return {};
    return *note.retries -
           std::min(*note.retries, static_cast<std::size_t>(std::max<std::int64_t>(0, process.retries)));
}

// As an embedded workflow would call it.
Result<void> make_task(Invocation& invocation, const TaskNote& note, const colonies::Process& process,
                       const ParentResults& parents)
{
    auto args = resolved(Value{process.spec.args}, parents);
    auto kwargs = resolved(Value{process.spec.kwargs}, parents);
    if (!args || !kwargs)
        return args ? kwargs.error() : args.error();
    invocation.args = *args->get<Array>();
    invocation.kwargs = *kwargs->get<Object>();
    invocation.label = note.workflow + "." + process.spec.node;
    invocation.retries = retries_left(note, process);
    invocation.timeout = note.timeout;
    return {};
}

// A server older than blueprints attaches the document.
void add_resource(Invocation& invocation, const Value& resource)
{
    if (!resource.is_null() && invocation.function.starts_with("reconcile.") &&
        invocation.kwargs.find("resource") == nullptr)
        invocation.kwargs.append("resource", resource);
}

std::string source_of(const Identity& who)
{
    return "colony " + who.name;
}

} // namespace

std::optional<TaskNote> note_of(const colonies::Process& process)
{
    const auto text = process.spec.env.find(task_note_name);
    if (text == process.spec.env.end())
        return {};
    const auto value = parse_json(text->second);
    const auto* object = value ? value->get<Object>() : nullptr;
    return object == nullptr ? std::nullopt : std::optional{task_note_in(*object)};
}

Result<Invocation> invocation_of(const colonies::Process& process, const Identity& who, const ServerAddress& server,
                                 const std::vector<std::string>& functions, const ParentResults& parents)
{
    Invocation invocation;
    invocation.id = process.id;
    invocation.function = process.spec.function;
    invocation.args = process.spec.args;
    invocation.kwargs = process.spec.kwargs;
    invocation.env = environment_of(process, who, server);
    invocation.source = source_of(who);
    invocation.retries = 0; // the colony counts its own
    const auto note = note_of(process);
    if (note)
        if (const auto made = make_task(invocation, *note, process, parents); !made)
            return made.error();
    if (const auto matched = match(invocation, who.offer, functions); !matched)
        return matched.error();
    if (const auto added = add_files(invocation, process.spec.fs); !added)
        return added.error();
    add_limits(invocation, process.spec.conditions);
    add_resource(invocation, process.spec.resource);
    if (!note && takes_from_parents(process, invocation.function))
        invocation.args = process.in;
    if (invocation.function == "python.python_code")
        invocation.env.set(process_record, record_of(process));
    return invocation;
}

Invocation refused_work(std::string id, std::string function, const Identity& who)
{
    Invocation invocation;
    invocation.id = std::move(id);
    invocation.function = std::move(function);
    invocation.source = source_of(who);
    return invocation;
}

void add_key(Invocation& invocation, const Identity& who)
{
    if (!who.pass_key)
        return;
    invocation.env.set("COLONIES_EXECUTOR_PRVKEY", who.key.reveal());
    invocation.env.set("COLONIES_PRVKEY", who.key.reveal());
}

std::vector<std::string> errors_of(const Failure& failure)
{
    const std::string message = beginning(failure.message, longest_message);
    std::vector<std::string> errors{failure.where.empty() ? message : failure.where + ": " + message};
    if (!failure.traceback.empty())
        errors.push_back(beginning(failure.traceback, longest_traceback));
    return errors;
}

} // namespace forager::colony
