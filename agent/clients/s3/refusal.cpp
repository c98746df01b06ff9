#include "clients/s3/refusal.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace forager::s3 {

namespace {

constexpr std::size_t longest_words = 500;
constexpr int not_found = 404;
constexpr int no_room = 507;

// Of those that other statuses than theirs bring, too.
constexpr std::array<std::string_view, 8> passing_codes = {
    "InternalError", "OperationAborted", "RequestTimeout", "ServiceUnavailable",
    "SlowDown",      "Throttling",       "Busy",           "RequestThrottled",
};
constexpr std::array<int, 7> passing_statuses = {408, 425, 429, 500, 502, 503, 504};

bool may_pass(int status, std::string_view code)
{
    return std::ranges::find(passing_codes, code) != passing_codes.end() ||
           std::ranges::find(passing_statuses, status) != passing_statuses.end();
}

Errc errc_of(int status, std::string_view code)
{
    if (may_pass(status, code))
        return Errc::unreachable;
    if (status == no_room || code == "EntityTooLarge" || code == "QuotaExceeded" || code == "XMinioStorageFull")
        return Errc::limit;
    return status == not_found ? Errc::not_found : Errc::refused;
}

// A HEAD is answered without words.
std::string words_for(int status)
{
    if (status == not_found)
        return "there is no such object or bucket";
    if (status == 403)
        return "this key may not do that";
    return "status " + std::to_string(status);
}

std::string sentence(const ErrorWords& words)
{
    std::string text = words.code;
    if (!words.message.empty())
        text.append(text.empty() ? "" : ": ").append(words.message.substr(0, longest_words));
    return printable(trimmed(text));
}

} // namespace

Failure refusal(std::string_view about, int status, const ErrorWords& words)
{
    std::string text = sentence(words);
    if (text.empty())
        text = words_for(status);
    Failure failure{errc_of(status, words.code), std::string{about} + ": " + text};
    failure.retry = may_pass(status, words.code);
    failure.details.append("status", status);
    if (!words.code.empty())
        failure.details.append("s3_code", words.code);
    return failure;
}

std::string code_of(const Failure& failure)
{
    return part<std::string>(failure.details, "s3_code");
}

int status_of(const Failure& failure)
{
    return static_cast<int>(part<std::int64_t>(failure.details, "status"));
}

} // namespace forager::s3
