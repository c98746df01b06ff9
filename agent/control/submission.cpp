#include "control/submission.hpp"

#include "base/text.hpp"
#include "core/options.hpp"
#include "io/formats/json.hpp"

#include <algorithm>

namespace forager::control {

namespace {

Result<void> only(const Object& object, const std::vector<std::string>& known)
{
    for (const Member& member : object)
        if (std::ranges::find(known, member.name) == known.end())
            return Failure{Errc::bad_arguments, "there is no field '" + member.name + "', only " + listed(known)};
    return {};
}

} // namespace

Result<Object> body_of(const http::ServedRequest& request)
{
    if (request.body.empty())
        return Object{};
    auto value = parse_json(request.body);
    if (!value)
        return value.error();
    if (auto* object = value->get<Object>())
        return std::move(*object);
    return Failure{Errc::bad_arguments, "the request's body must be a JSON object"};
}

Result<Submission> submission_in(const http::ServedRequest& request, const Clock& clock)
{
    const auto read = body_of(request);
    if (!read)
        return read.error();
    const Object& body = *read;
    static const std::vector<std::string> fields = {"function", "args",    "kwargs", "env",
                                                    "priority", "key",     "label",  "idempotency_key",
                                                    "delay",    "timeout", "retries"};
    if (const auto known = only(body, fields); !known)
        return known.error();
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
    submission.priority = static_cast<int>(part<std::int64_t>(body, "priority"));
    submission.order_key = part<std::string>(body, "key");
    submission.idempotency_key = part<std::string>(body, "idempotency_key");
    const auto timeout = duration_option(body, "timeout");
    const auto delay = duration_option(body, "delay");
    const auto retries = whole_option(body, "retries");
    if (!timeout || !delay || !retries)
        return !timeout ? timeout.error() : !delay ? delay.error() : retries.error();
    invocation.timeout = *timeout;
    if (*delay)
        submission.not_before = clock.wall() + **delay;
    if (*retries)
        invocation.retries = static_cast<std::size_t>(std::max<std::int64_t>(0, **retries));
    return submission;
}

} // namespace forager::control
