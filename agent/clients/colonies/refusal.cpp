#include "clients/colonies/refusal.hpp"

#include "base/text.hpp"
#include "clients/colonies/text.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace forager::colonies {

namespace {

constexpr std::size_t longest_message = 1000;

bool holds(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

bool holds_any(std::string_view text, std::initializer_list<std::string_view> parts)
{
    return std::ranges::any_of(parts, [&](std::string_view part) { return holds(text, part); });
}

// What the server passes through from its database, and the database's absence.
bool is_overload(std::int64_t status, std::string_view message)
{
    return status == 429 || status == 502 || status == 504 ||
           holds_any(message,
                     {"too many clients", "too many connections", "the database system is", "terminating connection",
                      "connection refused", "connection reset", "bad connection", "broken pipe", "i/o timeout",
                      "rate limit exceeded", "deadline exceeded", "dial unix", "dial tcp"});
}

Refusal forbidden(std::string_view message)
{
    if (holds_any(message, {"not a member", "does not exist"}))
        return Refusal::not_member;
    if (holds_any(message, {"not colony owner", "not server owner"}))
        return Refusal::not_owner;
    if (holds(message, "is not assigned"))
        return Refusal::not_assigned;
    if (holds(message, "is not running"))
        return Refusal::not_running;
    if (holds_any(message, {"not allowed", "Not authorized"}))
        return Refusal::someone_elses;
    return Refusal::other;
}

bool says_not_found(std::string_view message)
{
    return holds_any(message, {" is nil", "not found"});
}

Refusal meaning(std::string_view call, std::int64_t status, std::string_view message)
{
    if (is_overload(status, message))
        return Refusal::overloaded;
    if (holds(message, "assignments are paused"))
        return Refusal::paused;
    if (call == "assignprocessmsg" && status == 404)
        return Refusal::nothing_to_do;
    if (call == "assignprocessmsg" && holds(message, "executor not found"))
        return Refusal::not_member;
    if (status == 403)
        return forbidden(message);
    if (message.starts_with("Tried to set ") && holds(message, " process as "))
        return Refusal::already_closed;
    if (status == 409 || holds_any(message, {"already exists", "duplicate key"}))
        return Refusal::already_exists;
    if (status == 404 || says_not_found(message))
        return Refusal::not_found;
    return status == 503 || status == 408 ? Refusal::overloaded : Refusal::other; // 408: of a proxy on the way
}

Errc code_of(Refusal refusal)
{
    return refusal == Refusal::not_found || refusal == Refusal::nothing_to_do ? Errc::not_found : Errc::refused;
}

// Whether the same call may go through some time later.
bool may_change(Refusal refusal)
{
    return refusal == Refusal::nothing_to_do || refusal == Refusal::paused || refusal == Refusal::not_member ||
           refusal == Refusal::overloaded || refusal == Refusal::nonsense;
}

bool is_about_colony(std::string_view message)
{
    return message.starts_with("Colony with name") && holds(message, "does not exist");
}

std::string advice(Refusal refusal, std::string_view message)
{
    if (refusal == Refusal::not_member && !is_about_colony(message))
        return "; either the key is unknown there, or it waits for the owner's approval, or it was removed";
    if (refusal == Refusal::not_owner)
        return "; it takes the owner's key";
    return "";
}

std::string shortened(std::string_view message)
{
    const std::string text = as_utf8(message.substr(0, longest_message));
    return printable(text) + (message.size() > longest_message ? "…" : "");
}

} // namespace

Failure refused_by_server(std::string_view call, std::int64_t status, std::string_view message)
{
    const Refusal refusal = meaning(call, status, message);
    const std::string said = shortened(message);
    Failure failure{code_of(refusal), "the colony server refused " + std::string{call} + ": " +
                                          (said.empty() ? "status " + std::to_string(status) : said) +
                                          advice(refusal, message)};
    failure.details = Object{{"call", call}, {"status", status}, {"server_message", said}};
    failure.retry = may_change(refusal) || (refusal == Refusal::other && status >= 500);
    return failure;
}

Failure nonsense_from_server(std::string_view call, std::int64_t http_status, std::string_view what)
{
    Failure failure{Errc::refused, "the colony server's answer to " + std::string{call} + " " + std::string{what} +
                                       " (HTTP status " + std::to_string(http_status) + ")"};
    failure.details = Object{{"call", call}, {"http_status", http_status}};
    return failure;
}

Refusal refusal_of(const Failure& failure)
{
    const Object& details = failure.details;
    if (details.find("http_status") != nullptr) {
        const auto status = part<std::int64_t>(details, "http_status");
        return is_overload(status, "") || status == 503 || status == 408 ? Refusal::overloaded : Refusal::nonsense;
    }
    if (details.find("member") != nullptr)
        return Refusal::nonsense;
    if (details.find("server_message") == nullptr)
        return Refusal::none;
    return meaning(part<std::string>(details, "call"), part<std::int64_t>(details, "status"),
                   part<std::string>(details, "server_message"));
}

bool is_no_colony(const Failure& failure)
{
    return refusal_of(failure) == Refusal::not_member &&
           is_about_colony(part<std::string>(failure.details, "server_message"));
}

bool is_gone(const Failure& failure)
{
    return refusal_of(failure) == Refusal::not_found &&
           says_not_found(part<std::string>(failure.details, "server_message"));
}

std::optional<ProcessState> closed_as(const Failure& failure)
{
    constexpr std::string_view begin = "Tried to set ";
    if (refusal_of(failure) != Refusal::already_closed)
        return std::nullopt;
    const auto message = part<std::string>(failure.details, "server_message");
    return process_state_named(message.substr(begin.size(), message.find(" process as ") - begin.size()));
}

} // namespace forager::colonies
