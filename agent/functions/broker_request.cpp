// Fields of a message as options of a container.
#include "functions/broker.hpp"

#include "core/image_reference.hpp"
#include "core/options.hpp"
#include "primitives/docker/options.hpp"

#include <algorithm>
#include <utility>

namespace forager {

namespace {

using docker_work::Conflict;

// What the container is not told by the same word.
constexpr std::string_view handled_here[] = {"environment", "build", "context", "dockerfile", "on_conflict",
                                             "stderr",      "stdin", "timeout", "remove",     "restart",
                                             "limit",       "id",    "broker",  "log_channel"};

constexpr const char* restarts = "on-failure:5"; // as upstream had it

Conflict conflict_of(const Object& fields)
{
    const auto word = part<std::string>(fields, "on_conflict");
    return word == "fail" ? Conflict::fail : word == "replace" ? Conflict::replace : Conflict::keep;
}

void add_variable(docker::Pairs& env, const std::string& name, const std::string& value)
{
    const bool given = std::ranges::any_of(env, [&](const auto& pair) { return pair.first == name; });
    if (!given && !value.empty())
        env.emplace_back(name, value);
}

Object options_of(const ContainerRequest& request)
{
    Object options;
    for (const Member& member : request.fields)
        if (std::ranges::find(handled_here, member.name) == std::end(handled_here))
            options.append(member.name, member.value);
    if (const Value* environment = option(request.fields, "environment"))
        options.set("env", *environment);
    if (request.action == ContainerAction::create) {
        const Value* policy = option(request.fields, "restart");
        options.set("restart", policy == nullptr ? Value{restarts} : *policy);
    }
    return options;
}

Object build_of(const Object& fields, const docker_work::Making& making)
{
    const auto context = part<std::string>(fields, "context");
    Object build{{"context", context.empty() ? "./" : context}, {"tag", making.spec.image}};
    if (const Value* dockerfile = option(fields, "dockerfile"))
        build.append("dockerfile", *dockerfile);
    if (making.pull == docker_work::Pull::always)
        build.append("pull", true);
    return build;
}

} // namespace

Result<WantedContainer> wanted_container(const ContainerRequest& request, const Invocation& invocation,
                                         const std::string& uuid, const std::string& zone)
{
    const Object& fields = request.fields;
    if (auto named = docker_work::pairs_option(fields, "environment"); !named) // by the sender's word
        return named.error();
    auto making = docker_work::making_of(request.function, options_of(request), invocation);
    if (!making)
        return making.error();
    WantedContainer wanted;
    wanted.making = std::move(*making);
    wanted.making.conflict = conflict_of(fields);
    wanted.conflict_given = option(fields, "on_conflict") != nullptr;
    add_variable(wanted.making.spec.env, "UUID", uuid);
    add_variable(wanted.making.spec.env, "TZ", zone);
    if (part<bool>(fields, "build")) {
        wanted.build = build_of(fields, wanted.making);
        wanted.making.pull = docker_work::Pull::never; // it is made here
    }
    const auto timeout = duration_option(fields, "timeout");
    if (!timeout)
        return timeout.error();
    wanted.timeout = *timeout;
    const auto limit = docker_work::size_option(fields, "limit");
    if (!limit)
        return limit.error();
    if (*limit)
        wanted.limit = static_cast<std::size_t>(**limit);
    wanted.input = part<std::string>(fields, "stdin");
    const auto word = part<std::string>(fields, "stderr");
    wanted.stderr_word = word.empty() ? "separate" : word;
    wanted.remove = part<bool>(fields, "remove");
    return wanted;
}

} // namespace forager
