#include "primitives/kubernetes/security.hpp"

#include "core/options.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace forager::kubernetes_work {

namespace {

std::optional<std::int64_t> number_in(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 0)
        return std::nullopt;
    return number;
}

Result<void> add_user(Security& security, const Object& options)
{
    const Value* value = option(options, "user");
    if (value == nullptr)
        return {};
    const auto* number = value->get<std::int64_t>();
    const auto* text = value->get<std::string>();
    const std::string given = number != nullptr ? std::to_string(*number) : text != nullptr ? *text : "";
    const std::size_t colon = given.find(':');
    const auto user = number_in(std::string_view{given}.substr(0, colon));
    const auto group = colon == std::string::npos ? std::nullopt : number_in(std::string_view{given}.substr(colon + 1));
    if (!user || (colon != std::string::npos && !group))
        return Failure{Errc::bad_arguments, R"(user must be a number, or a text like "1000" or "1000:2000")"};
    security.container.append("runAsUser", *user);
    if (group) {
        security.container.append("runAsGroup", *group);
        security.pod.append("fsGroup", *group);
    }
    return {};
}

Result<void> add_flag(Security& security, const char* member, const Object& options, std::string_view name)
{
    const auto flag = flag_option(options, name, false);
    if (flag.has_error())
        return flag.error();
    if (option(options, name) != nullptr)
        security.container.append(member, *flag);
    return {};
}

} // namespace

Result<Security> security_of(const Object& options)
{
    Security security;
    if (auto added = add_user(security, options); added.has_error())
        return added.error();
    if (auto added = add_flag(security, "readOnlyRootFilesystem", options, "read_only"); added.has_error())
        return added.error();
    if (auto added = add_flag(security, "allowPrivilegeEscalation", options, "new_privileges"); added.has_error())
        return added.error();
    return security;
}

} // namespace forager::kubernetes_work
