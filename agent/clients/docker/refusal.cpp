#include "clients/docker/refusal.hpp"

#include "base/text.hpp"
#include "io/formats/json.hpp"

#include <cstdint>

namespace forager::docker {

namespace {

constexpr std::size_t longest_words = 2000;

Errc code_of(int status)
{
    if (status == 400)
        return Errc::bad_arguments;
    return status == 404 ? Errc::not_found : Errc::refused;
}

// {"message": "…"}, or what a proxy says.
std::string words_of(std::string_view body)
{
    auto answer = parse_json(body);
    const auto* object = answer.has_value() ? answer->get<Object>() : nullptr;
    std::string words = object == nullptr ? std::string{body} : part<std::string>(*object, "message");
    words.resize(std::min(words.size(), longest_words));
    return printable(trimmed(words));
}

} // namespace

Failure refusal(std::string_view asked, int status, std::string_view body)
{
    std::string words = words_of(body);
    if (words.empty())
        words = std::string{asked} + " was answered with status " + std::to_string(status);
    Failure failure{code_of(status), "Docker: " + words};
    failure.details.append("status", status);
    return failure;
}

bool is_about_version(const Failure& failure)
{
    constexpr int bad_request = 400;
    return status_of(failure) == bad_request && failure.message.find("client version") != std::string::npos;
}

int status_of(const Failure& failure)
{
    return static_cast<int>(part<std::int64_t>(failure.details, "status"));
}

} // namespace forager::docker
