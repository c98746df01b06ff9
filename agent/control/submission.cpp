#include "control/submission.hpp"

#include "base/text.hpp"
#include "core/function.hpp"
#include "core/options.hpp"
#include "io/formats/json.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

namespace forager::control {

namespace {

struct Field {
    std::string_view name;
    Type type; ///< `any`: what it may be is told where it is read
};

using Fields = std::span<const Field>;

std::vector<std::string> names_of(Fields fields)
{
    std::vector<std::string> names;
    for (const Field& field : fields)
        names.emplace_back(field.name);
    return names;
}

Result<void> check_member(const Member& member, Fields fields)
{
    const auto field = std::ranges::find(fields, member.name, &Field::name);
    if (field == fields.end())
        return Failure{Errc::bad_arguments,
                       "there is no field '" + member.name + "', only " + listed(names_of(fields))};
    const std::string_view wanted = name_of(field->type);
    if (field->type != Type::any && member.value.type_name() != wanted)
        return Failure{Errc::bad_arguments, "the field '" + member.name + "' must be of type " + std::string{wanted} +
                                                ", but is " + std::string{member.value.type_name()}};
    return {};
}

// Empty where there is no body.
Result<Object> body_of(const http::ServedRequest& request, Fields fields)
{
    if (request.body.empty())
        return Object{};
    auto value = parse_json(request.body);
    if (!value)
        return value.error();
    unmark_bytes(*value);
    auto* object = value->get<Object>();
    if (object == nullptr)
        return Failure{Errc::bad_arguments, "the request's body must be a JSON object"};
    for (const Member& member : *object)
        if (const auto fine = check_member(member, fields); !fine)
            return fine.error();
    return std::move(*object);
}

// A number that does not fit would become another one.
Result<std::optional<std::int64_t>> whole_within(const Object& body, std::string_view name, std::int64_t least,
                                                 std::int64_t most)
{
    auto number = whole_option(body, name);
    if (number && *number && (**number < least || **number > most))
        return Failure{Errc::bad_arguments, "'" + std::string{name} + "' is a whole number from " +
                                                std::to_string(least) + " to " + std::to_string(most)};
    return number;
}

} // namespace

Result<Submission> submission_in(const http::ServedRequest& request, const Clock& clock)
{
    static constexpr Field fields[] = {
        {"function", Type::string},  {"args", Type::list},   {"kwargs", Type::table}, {"env", Type::table},
        {"priority", Type::integer}, {"key", Type::string},  {"label", Type::string}, {"idempotency_key", Type::string},
        {"delay", Type::any},        {"timeout", Type::any}, {"retries", Type::any}};
    const auto read = body_of(request, fields);
    if (!read)
        return read.error();
    const Object& body = *read;
    Submission submission;
    Invocation& invocation = submission.invocation;
    invocation.function = part<std::string>(body, "function");
    if (invocation.function.empty())
        return Failure{Errc::bad_arguments, "the field 'function' is missing: what is to be called?"};
    invocation.source = "submit";
    invocation.label = part<std::string>(body, "label");
    invocation.args = part<Array>(body, "args");
    invocation.kwargs = part<Object>(body, "kwargs");
    invocation.env = part<Object>(body, "env");
    submission.order_key = part<std::string>(body, "key");
    submission.idempotency_key = part<std::string>(body, "idempotency_key");
    const auto timeout = duration_option(body, "timeout");
    const auto delay = duration_option(body, "delay");
    if (!timeout || !delay)
        return timeout ? delay.error() : timeout.error();
    const auto priority =
        whole_within(body, "priority", std::numeric_limits<int>::min(), std::numeric_limits<int>::max());
    const auto retries = whole_within(body, "retries", 0, std::numeric_limits<std::int64_t>::max());
    if (!priority || !retries)
        return priority ? retries.error() : priority.error();
    submission.priority = static_cast<int>(priority->value_or(0));
    invocation.timeout = *timeout;
    if (*delay)
        submission.not_before = clock.wall() + **delay;
    if (*retries)
        invocation.retries = static_cast<std::size_t>(**retries);
    return submission;
}

Result<Sessions::Wanted> session_in(const http::ServedRequest& request)
{
    static constexpr Field fields[] = {{"file", Type::string}, {"text", Type::string}};
    const auto body = body_of(request, fields);
    if (!body)
        return body.error();
    return Sessions::Wanted{part<std::string>(*body, "file"), part<std::string>(*body, "text"), request.uid};
}

Result<SessionInput> input_in(const http::ServedRequest& request)
{
    constexpr std::int64_t most_lines = 1'000'000;
    static constexpr Field fields[] = {{"text", Type::string}, {"line", Type::integer}};
    const auto body = body_of(request, fields);
    if (!body)
        return body.error();
    if (body->find("text") == nullptr)
        return Failure{Errc::bad_arguments, "the field 'text' is missing: what is to be run?"};
    SessionInput input{part<std::string>(*body, "text")};
    if (body->find("line") != nullptr)
        input.line = part<std::int64_t>(*body, "line");
    if (input.line < 1 || input.line > most_lines)
        return Failure{Errc::bad_arguments, "the field 'line' is a whole number from 1 to 1000000"};
    return input;
}

Result<SentDocument> document_in(const http::ServedRequest& request)
{
    static constexpr Field fields[] = {{"document", Type::table}, {"force", Type::boolean}};
    const auto body = body_of(request, fields);
    if (!body)
        return body.error();
    if (body->find("document") == nullptr)
        return Failure{Errc::bad_arguments, "the field 'document' is missing: what is to be?"};
    return SentDocument{part<Object>(*body, "document"), part<bool>(*body, "force")};
}

Result<std::optional<std::int64_t>> generation_in(const http::ServedRequest& request)
{
    static constexpr Field fields[] = {{"to", Type::integer}};
    const auto body = body_of(request, fields);
    if (!body)
        return body.error();
    return whole_within(*body, "to", 1, std::numeric_limits<std::int64_t>::max());
}

Result<SentSignal> signal_in(const http::ServedRequest& request)
{
    static constexpr Field fields[] = {{"event", Type::string}, {"value", Type::any}};
    const auto body = body_of(request, fields);
    if (!body)
        return body.error();
    SentSignal sent;
    sent.event = part<std::string>(*body, "event");
    if (sent.event.empty())
        return Failure{Errc::bad_arguments, "the field 'event' is missing: which signal is it?"};
    if (const Value* value = body->find("value"))
        sent.value = *value;
    return sent;
}

} // namespace forager::control
