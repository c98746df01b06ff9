#include "primitives/docker/building.hpp"

#include "clients/docker/images.hpp"
#include "core/image_reference.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "io/formats/json.hpp"
#include "io/process/capture.hpp"
#include "primitives/docker/options.hpp"
#include "primitives/docker/permission.hpp"
#include "primitives/docker/reading.hpp"
#include "primitives/docker/registries.hpp"
#include "primitives/files/files.hpp"
#include "primitives/files/temporary_file.hpp"

#include <memory>
#include <optional>
#include <utility>

namespace forager::docker_work {

namespace asio = boost::asio;

namespace {

struct Build {
    docker::BuildSpec spec;
    std::string context;
};

// The file may name it, as a path below the context.
Result<docker::Words> tags_option(const Object& options)
{
    docker::Words tags;
    auto one = text_option(options, "tag");
    if (one.has_error())
        return one.error();
    if (*one)
        tags.push_back(std::move(**one));
    if (const Value* list = option(options, "tags")) {
        const auto* names = list->get<Array>();
        if (names == nullptr)
            return Failure{Errc::bad_arguments, "'tags' must be a list of images' names"};
        for (const Value& name : *names)
            tags.push_back(name.get<std::string>() == nullptr ? "" : *name.get<std::string>());
    }
    for (std::string& tag : tags) {
        auto reference = parse_image(tag);
        if (reference.has_error())
            return reference.error();
        tag = reference->text();
    }
    return tags;
}

Result<Build> build_of(const Object& options)
{
    constexpr std::string_view known[] = {"context", "dockerfile", "tag",      "tags", "args", "labels",
                                          "target",  "network",    "platform", "pull", "cache"};
    if (auto fine = only_options("docker.build", options, known, {}); fine.has_error())
        return fine.error();
    Build build;
    Reading reading{options};
    reading.text(build.context, "context");
    reading.text(build.spec.dockerfile, "dockerfile");
    reading.into(build.spec.tags, tags_option);
    reading.into(build.spec.args, [](const Object& given) { return pairs_option(given, "args"); });
    reading.into(build.spec.labels, [](const Object& given) { return pairs_option(given, "labels"); });
    reading.text(build.spec.target, "target");
    reading.text(build.spec.network, "network");
    reading.text(build.spec.platform, "platform");
    reading.flag(build.spec.pull, "pull");
    reading.flag(build.spec.use_cache, "cache");
    if (reading.failure())
        return *reading.failure();
    if (build.context.empty())
        return Failure{Errc::bad_arguments, "'context' is missing: the folder with the Dockerfile"};
    return build;
}

// What the engine itself reads is not left out, whatever the rules say.
asio::awaitable<std::optional<IgnoreRules>> rules_of(Files files, std::string folder, std::string dockerfile)
{
    const auto text = co_await files.read(joined(folder, ".dockerignore"));
    if (text.has_error())
        co_return std::nullopt;
    co_return IgnoreRules{*text + "\n!.dockerignore\n!" + (dockerfile.empty() ? "Dockerfile" : dockerfile)};
}

asio::awaitable<Result<void>> pack(Files files, std::string folder, std::string dockerfile, std::string archive)
{
    auto names = co_await files.list(folder);
    if (names.has_error())
        co_return names.error();
    std::vector<std::string> sources;
    for (const std::string& name : *names)
        sources.push_back(joined(folder, name));
    ArchiveOptions options;
    options.format = "tar";
    options.base = folder;
    options.ignored = co_await rules_of(files, folder, std::move(dockerfile));
    auto packed = co_await files.create_archive(std::move(archive), std::move(sources), std::move(options));
    if (packed.has_error())
        co_return packed.error();
    co_return Result<void>{};
}

asio::awaitable<Result<std::string>> image_in(docker::ImageWork& work, LineSink* lines)
{
    LineCutter cutter;
    std::string image;
    for (;;) {
        auto step = co_await work.next();
        if (step.has_error())
            co_return step.error();
        if (!*step)
            co_return image;
        if (!(*step)->image.empty())
            image = (*step)->image;
        if (lines == nullptr || (*step)->all > 0)
            continue;
        for (std::string& line : cutter.cut((*step)->text))
            co_await lines->line(Stream::out, std::move(line));
    }
}

Result<void> permit(const Policy& policy, const std::string& socket, Build& wanted)
{
    if (auto allowed = permit_making(policy, ""); allowed.has_error())
        return allowed;
    for (const std::string& tag : wanted.spec.tags)
        if (auto allowed = permit_image(policy, tag); allowed.has_error())
            return allowed;
    if (auto allowed = permit_network(policy, wanted.spec.network); allowed.has_error())
        return allowed;
    return permit_reading(policy, socket, wanted.context);
}

// What the engine is sent: the file is gone with this.
struct Packed {
    docker::BuildSpec spec;
    std::unique_ptr<TemporaryFile> archive;
};

asio::awaitable<Result<Packed>> packed(DockerEngine& engine, Asker asker, Object options)
{
    auto wanted = build_of(options);
    if (wanted.has_error())
        co_return wanted.error();
    const Policy& policy = engine.policy_for(asker);
    auto allowed = co_await engine.pool().run([&] { return permit(policy, engine.socket(), *wanted); });
    if (allowed.has_error())
        co_return allowed.error();
    auto known = co_await logins(engine.pool(), engine.registries());
    if (known.has_error())
        co_return known.error();
    wanted->spec.logins = std::move(*known);
    auto made = co_await temporary_file(engine.pool());
    if (made.has_error())
        co_return made.error();
    Packed all;
    all.archive = std::move(*made);
    auto done = co_await pack(Files{engine.pool()}, wanted->context, wanted->spec.dockerfile, all.archive->path());
    if (done.has_error())
        co_return done.error();
    all.spec = std::move(wanted->spec);
    all.spec.context_file = all.archive->path();
    co_return all;
}

constexpr const char* context_label = "forager.context"; // the checksum of what an image was built of

asio::awaitable<Result<Object>> send(DockerEngine& engine, docker::BuildSpec spec, LineSink* lines)
{
    const std::string tag = spec.tags.empty() ? "" : spec.tags.front();
    auto work = co_await docker::build(engine.client(), std::move(spec));
    if (work.has_error())
        co_return work.error();
    auto image = co_await image_in(*work, lines);
    if (image.has_error())
        co_return image.error();
    co_return Object{{"id", *image}, {"image", tag.empty() ? *image : tag}};
}

// The id of the image, where it was built of this.
asio::awaitable<Result<std::optional<std::string>>> built_before(DockerEngine& engine, std::string tag,
                                                                 std::string checksum)
{
    auto image = co_await docker::inspect_image(engine.client(), std::move(tag));
    if (image.has_error() && image.error().code != Errc::not_found)
        co_return image.error();
    if (image.has_error())
        co_return std::optional<std::string>{};
    const auto labels = part<Object>(part<Object>(*image, "Config"), "Labels");
    const bool is_same = part<std::string>(labels, context_label) == checksum;
    co_return is_same ? std::optional{part<std::string>(*image, "Id")} : std::nullopt;
}

// Of the whole build: the archive's bytes, and what the engine is told beside them.
asio::awaitable<Result<std::string>> checksum_of(Files files, std::string archive, Object options)
{
    auto content = co_await files.hash(std::move(archive));
    if (content.has_error())
        co_return content.error();
    co_return to_hex(digest(Digest::sha256, *content + to_json(Value{std::move(options)})));
}

} // namespace

asio::awaitable<Result<Object>> build(DockerEngine& engine, Asker asker, Object options, LineSink* lines)
{
    auto wanted = co_await packed(engine, std::move(asker), std::move(options));
    if (wanted.has_error())
        co_return wanted.error();
    auto built = co_await send(engine, std::move(wanted->spec), lines);
    co_return built;
}

asio::awaitable<Result<Object>> build_when_changed(DockerEngine& engine, Asker asker, Object options, LineSink* lines)
{
    auto wanted = co_await packed(engine, std::move(asker), options);
    if (wanted.has_error())
        co_return wanted.error();
    auto checksum = co_await checksum_of(Files{engine.pool()}, wanted->archive->path(), std::move(options));
    if (checksum.has_error())
        co_return checksum.error();
    const std::string tag = wanted->spec.tags.front();
    auto before = co_await built_before(engine, tag, *checksum);
    if (before.has_error())
        co_return before.error();
    if (*before && !wanted->spec.pull)
        co_return Object{{"id", **before}, {"image", tag}, {"built", false}};
    wanted->spec.labels.emplace_back(context_label, std::move(*checksum));
    auto built = co_await send(engine, std::move(wanted->spec), lines);
    if (built.has_value())
        built->append("built", true);
    co_return built;
}

asio::awaitable<Result<Object>> import(DockerEngine& engine, Asker asker, Object options)
{
    constexpr std::string_view known[] = {"file", "image", "changes"};
    if (auto fine = only_options("docker.import", options, known, {}); fine.has_error())
        co_return fine.error();
    std::string file;
    std::string image;
    docker::Words changes;
    Reading reading{options};
    reading.text(file, "file");
    reading.text(image, "image");
    reading.into(changes, [](const Object& given) { return words_option(given, "changes"); });
    if (reading.failure())
        co_return *reading.failure();
    auto reference = parse_image(image);
    if (reference.has_error())
        co_return reference.error();
    if (auto allowed = permit_making(engine.policy_for(asker), reference->text()); allowed.has_error())
        co_return allowed.error();
    auto work = co_await docker::import_image(engine.client(), std::move(file), reference->text(), std::move(changes));
    if (work.has_error())
        co_return work.error();
    if (auto ended = co_await image_in(*work, nullptr); ended.has_error())
        co_return ended.error();
    auto made = co_await docker::inspect_image(engine.client(), reference->text());
    if (made.has_error())
        co_return made.error();
    co_return Object{{"id", part<std::string>(*made, "Id")}, {"image", reference->text()}};
}

} // namespace forager::docker_work
