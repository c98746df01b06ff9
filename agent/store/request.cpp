#include "store/request.hpp"

#include <utility>

namespace forager::store {

namespace {

std::optional<std::int64_t> whole(const Object& request, std::string_view name)
{
    const Value* value = request.find(name);
    const auto* content = value == nullptr ? nullptr : value->get<std::int64_t>();
    return content == nullptr ? std::nullopt : std::optional{*content};
}

} // namespace

Object request_of(const Invocation& invocation)
{
    Object request{{"args", invocation.args}, {"kwargs", invocation.kwargs}};
    if (!invocation.env.empty())
        request.append("env", invocation.env);
    if (!invocation.label.empty())
        request.append("label", invocation.label);
    if (invocation.timeout)
        request.append("timeout", invocation.timeout->count());
    if (invocation.retries)
        request.append("retries", *invocation.retries);
    return request;
}

void fill_in(Invocation& invocation, const Object& request)
{
    invocation.args = part<Array>(request, "args");
    invocation.kwargs = part<Object>(request, "kwargs");
    invocation.env = part<Object>(request, "env");
    invocation.label = part<std::string>(request, "label");
    if (const auto timeout = whole(request, "timeout"))
        invocation.timeout = Duration{*timeout};
    if (const auto retries = whole(request, "retries"))
        invocation.retries = static_cast<std::size_t>(*retries);
}

} // namespace forager::store
