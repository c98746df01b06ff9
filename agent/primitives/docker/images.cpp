#include "primitives/docker/images.hpp"

#include "clients/docker/images.hpp"
#include "core/image_reference.hpp"
#include "core/options.hpp"
#include "primitives/docker/options.hpp"
#include "primitives/docker/permission.hpp"
#include "primitives/docker/reading.hpp"
#include "primitives/docker/registries.hpp"

#include <utility>

namespace forager::docker_work {

namespace asio = boost::asio;

Result<Pull> pull_option(const Object& options)
{
    const Value* value = option(options, "pull");
    if (value == nullptr)
        return Pull::missing;
    if (const auto* flag = value->get<bool>())
        return *flag ? Pull::missing : Pull::never;
    const auto* word = value->get<std::string>();
    if (word != nullptr && *word == "missing")
        return Pull::missing;
    if (word != nullptr && *word == "always")
        return Pull::always;
    if (word != nullptr && *word == "never")
        return Pull::never;
    return Failure{Errc::bad_arguments, R"('pull' must be "missing", "always" or "never")"};
}

namespace {

asio::awaitable<Result<void>> tell(docker::ImageWork& work, LineSink* lines)
{
    for (;;) {
        auto step = co_await work.next();
        if (step.has_error())
            co_return step.error();
        if (!*step)
            co_return Result<void>{};
        const docker::ImageWork::Step& told = **step;
        const bool is_progress = told.all > 0; // many times a second
        if (lines == nullptr || is_progress || told.text.empty())
            continue;
        std::string line = told.layer.empty() ? told.text : told.layer + ": " + told.text;
        co_await lines->line(Stream::err, std::move(line));
    }
}

asio::awaitable<Result<void>> pull_with(DockerEngine& engine, std::string image, std::string platform,
                                        std::optional<docker::RegistryLogin> login, LineSink* lines)
{
    auto work = co_await docker::pull(engine.client(), std::move(image), std::move(platform), std::move(login));
    if (work.has_error())
        co_return work.error();
    auto told = co_await tell(*work, lines);
    co_return told;
}

// The engine's list says `<none>:<none>` of images without a name.
Array names_in(const Object& image)
{
    Array names = part<Array>(image, "RepoTags");
    std::erase_if(names, [](const Value& name) {
        const auto* text = name.get<std::string>();
        return text == nullptr || text->find("<none>") != std::string::npos;
    });
    return names;
}

Object entry_of(const Object& image)
{
    return {{"id", part<std::string>(image, "Id")},
            {"names", names_in(image)},
            {"size", part<std::int64_t>(image, "Size")},
            {"created", part<std::int64_t>(image, "Created")},
            {"labels", part<Object>(image, "Labels")}};
}

std::string one_form(std::string name)
{
    if (is_image_id(name))
        return name;
    auto reference = parse_image(name);
    return reference.has_error() ? name : reference->text();
}

} // namespace

asio::awaitable<Result<void>> pull(DockerEngine& engine, std::string image, std::string platform, LineSink* lines)
{
    const auto known = co_await logins(engine.pool(), engine.registries());
    if (known.has_error())
        co_return known.error();
    const std::string registry = registry_of(image);
    const docker::RegistryLogin* login = login_for(*known, registry);
    auto pulled = co_await pull_with(engine, std::move(image), std::move(platform),
                                     login == nullptr ? std::nullopt : std::optional{*login}, lines);
    if (pulled.has_error())
        co_return with_advice(std::move(pulled).error(), registry, login);
    co_return pulled;
}

asio::awaitable<Result<void>> pull_named(DockerEngine& engine, Asker asker, std::string name, Object options,
                                         LineSink* lines)
{
    constexpr std::string_view known[] = {"platform"};
    if (auto fine = only_options("docker.pull", options, known, {}); fine.has_error())
        co_return fine.error();
    auto platform = text_option(options, "platform");
    if (platform.has_error())
        co_return platform.error();
    auto reference = parse_image(name);
    if (reference.has_error())
        co_return reference.error();
    if (auto allowed = permit_image(engine.policy_for(asker), reference->text()); allowed.has_error())
        co_return allowed.error();
    auto pulled = co_await pull(engine, reference->text(), platform->value_or(""), lines);
    co_return pulled;
}

asio::awaitable<Result<Array>> images(DockerEngine& engine, Object options)
{
    constexpr std::string_view known[] = {"name", "labels"};
    if (auto fine = only_options("docker.images", options, known, {}); fine.has_error())
        co_return fine.error();
    auto wanted = named_of(options);
    if (wanted.has_error())
        co_return wanted.error();
    auto found = co_await docker::list_images(engine.client(), std::move(wanted->name), std::move(wanted->labels));
    if (found.has_error())
        co_return found.error();
    Array entries;
    for (const Value& image : *found)
        if (const auto* object = image.get<Object>())
            entries.emplace_back(entry_of(*object));
    co_return entries;
}

asio::awaitable<Result<Object>> image(DockerEngine& engine, std::string name)
{
    auto found = co_await docker::inspect_image(engine.client(), one_form(std::move(name)));
    if (found.has_error())
        co_return found.error();
    Object entry = entry_of(*found);
    entry.set("created", part<std::string>(*found, "Created"));
    entry.set("labels", part<Object>(part<Object>(*found, "Config"), "Labels"));
    entry.append("architecture", part<std::string>(*found, "Architecture"));
    entry.append("os", part<std::string>(*found, "Os"));
    co_return entry;
}

asio::awaitable<Result<void>> tag(DockerEngine& engine, Asker asker, std::string image, std::string name)
{
    auto reference = parse_image(name);
    if (reference.has_error())
        co_return reference.error();
    image = one_form(std::move(image));
    const Policy& policy = engine.policy_for(asker);
    if (auto allowed = permit_image(policy, image); allowed.has_error())
        co_return allowed.error();
    if (auto allowed = permit_making(policy, reference->text()); allowed.has_error())
        co_return allowed.error();
    auto tagged = co_await docker::tag_image(engine.client(), std::move(image), reference->repository, reference->tag);
    co_return tagged;
}

asio::awaitable<Result<void>> remove_image(DockerEngine& engine, std::string name, Object options)
{
    constexpr std::string_view known[] = {"force"};
    if (auto fine = only_options("docker.remove_image", options, known, {}); fine.has_error())
        co_return fine.error();
    auto force = flag_option(options, "force", false);
    if (force.has_error())
        co_return force.error();
    auto removed = co_await docker::remove_image(engine.client(), one_form(std::move(name)), *force);
    if (removed.has_error())
        co_return removed.error();
    co_return Result<void>{};
}

asio::awaitable<Result<Object>> prune_images(DockerEngine& engine, Object options)
{
    constexpr std::string_view known[] = {"all", "labels"};
    if (auto fine = only_options("docker.prune_images", options, known, {}); fine.has_error())
        co_return fine.error();
    bool all = false;
    docker::Pairs labels;
    Reading reading{options};
    reading.flag(all, "all");
    reading.into(labels, [](const Object& given) { return pairs_option(given, "labels"); });
    if (reading.failure())
        co_return *reading.failure();
    auto pruned = co_await docker::prune_images(engine.client(), all, std::move(labels));
    if (pruned.has_error())
        co_return pruned.error();
    co_return Object{{"removed", part<Array>(*pruned, "ImagesDeleted").size()},
                     {"bytes", part<std::int64_t>(*pruned, "SpaceReclaimed")}};
}

} // namespace forager::docker_work
