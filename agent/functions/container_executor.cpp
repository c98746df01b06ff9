#include "functions/container_executor.hpp"

#include "base/text.hpp"
#include "functions/builtin_function.hpp"

#include <filesystem>

namespace forager {

namespace {

constexpr const char* who = "ContainerExecutor: ";

Failure ended_badly(Failure failure)
{
    const int code = static_cast<int>(part<std::int64_t>(failure.details, "exit_code"));
    const bool is_memory = part<bool>(failure.details, "oom_killed");
    failure.message =
        (is_memory ? "OOMKilled, exit code = " : "Exit with an error, exit code = ") + std::to_string(code);
    return failure;
}

} // namespace

Result<std::string> image_argument(const Object& kwargs)
{
    auto image = text_argument(kwargs, "docker-image");
    if (image && *image && !(*image)->empty())
        return std::move(**image);
    const std::string why = image ? "'docker-image' is needed, as text" : image.error().message;
    return Failure{Errc::bad_arguments, "Failed to parse docker image flag: " + why};
}

Result<std::string> place_of_mount(const std::string& mount)
{
    std::string place = std::filesystem::path{mount + "/"}.lexically_normal().parent_path().string();
    const bool is_all = place.find_first_not_of('/') == std::string::npos;
    const bool leads_up = ("/" + mount + "/").find("/../") != std::string::npos;
    if (mount.starts_with('/') && !is_all && !leads_up && mount.find(':') == std::string::npos)
        return place;
    return Failure{Errc::bad_arguments,
                   "fs.mount '" + printable(mount) + "' must be a folder of the container, as /cfs"};
}

Failure in_words_of_container_executor(Failure failure)
{
    if (!failure.message.starts_with(who))
        failure.message = who + failure.message + ": Failed to execute process";
    return failure;
}

Outcome outcome_of_container(Result<void> end)
{
    if (end)
        return Outputs{};
    const bool ended = end.error().code == Errc::exit;
    return in_words_of_container_executor(ended ? ended_badly(end.error()) : end.error());
}

} // namespace forager
