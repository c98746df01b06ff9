#include "primitives/docker/images.hpp"

#include "clients/docker/images.hpp"
#include "core/options.hpp"

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

asio::awaitable<Result<void>> pull(DockerEngine& engine, std::string image, std::string platform, LineSink* lines)
{
    auto work = co_await docker::pull(engine.client(), std::move(image), std::move(platform), std::nullopt);
    if (work.has_error())
        co_return work.error();
    for (;;) {
        auto step = co_await work->next();
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

} // namespace forager::docker_work
