#include "clients/kubernetes/refusal.hpp"

#include "base/text.hpp"
#include "io/formats/json.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace forager::kubernetes {

namespace {

constexpr std::size_t longest_words = 4000;

enum Status { bad_request = 400, forbidden = 403, not_found = 404, gone = 410, unprocessable = 422 };

Errc code_of(int status)
{
    if (status == bad_request || status == unprocessable)
        return Errc::bad_arguments;
    return status == not_found ? Errc::not_found : Errc::refused;
}

std::optional<std::int64_t> number_in(const std::string* text)
{
    std::int64_t number = 0;
    if (text == nullptr || std::from_chars(text->data(), text->data() + text->size(), number).ec != std::errc{})
        return std::nullopt;
    return number;
}

Failure failure_of(std::string_view asked, int status, std::string words, std::string reason,
                   std::optional<std::int64_t> pause)
{
    words.resize(std::min(words.size(), longest_words));
    words = printable(trimmed(words));
    if (words.empty())
        words = std::string{asked} + " was answered with status " + std::to_string(status);
    Failure failure{code_of(status), "Kubernetes: " + words};
    failure.retry = status != forbidden && reason != "AlreadyExists";
    failure.details.append("status", status);
    failure.details.append("reason", std::move(reason));
    if (pause)
        failure.details.append("retry_after", *pause);
    return failure;
}

bool is_status(const Object& object)
{
    return part<std::string>(object, "kind") == "Status";
}

} // namespace

Failure refusal(std::string_view asked, const Object& status)
{
    const auto details = part<Object>(status, "details");
    const auto pause = part<std::int64_t>(details, "retryAfterSeconds");
    return failure_of(asked, static_cast<int>(part<std::int64_t>(status, "code")), part<std::string>(status, "message"),
                      part<std::string>(status, "reason"), pause > 0 ? std::optional{pause} : std::nullopt);
}

Failure refusal(std::string_view asked, int status, std::string_view body, const std::string* retry_after)
{
    auto said = parse_json(body);
    const auto* object = said.has_value() ? said->get<Object>() : nullptr;
    if (object == nullptr || !is_status(*object)) // a proxy's words, or a component's
        return failure_of(asked, status, std::string{body}, "", number_in(retry_after));
    Object told = *object;
    told.set("code", status);
    Failure failure = refusal(asked, told);
    if (const auto pause = number_in(retry_after))
        failure.details.set("retry_after", *pause);
    return failure;
}

int status_of(const Failure& failure)
{
    return static_cast<int>(part<std::int64_t>(failure.details, "status"));
}

std::string reason_of(const Failure& failure)
{
    return part<std::string>(failure.details, "reason");
}

std::optional<Duration> pause_of(const Failure& failure)
{
    const Value* pause = failure.details.find("retry_after");
    const auto* seconds = pause == nullptr ? nullptr : pause->get<std::int64_t>();
    if (seconds == nullptr || *seconds < 0)
        return std::nullopt;
    constexpr std::int64_t most = 3600;
    return std::chrono::seconds{std::min(*seconds, most)};
}

bool is_expired(const Failure& failure)
{
    return status_of(failure) == gone;
}

} // namespace forager::kubernetes
