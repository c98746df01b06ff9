#include "core/offer.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace forager {

namespace {

constexpr const char* any_program = "unix.unix_command";
constexpr const char* any_code = "python.python_code";

bool has(const std::vector<std::string>& functions, const Offer& offer, std::string_view name)
{
    return std::ranges::find(functions, name) != functions.end() && offers(offer, name);
}

// What is no flag stays what it is, for the function to refuse.
Value option_or(const Invocation& invocation, const char* name, bool fallback)
{
    const Value* wish = invocation.kwargs.find(name);
    return wish == nullptr || wish->is_null() ? Value{fallback} : *wish;
}

// The program runs exactly as named; of the keyword arguments, which upstream ignores, those that make sense count.
void run_program(Invocation& invocation, const Offer& offer)
{
    Object kwargs{{"cmd", invocation.function},
                  {"args", Value{std::exchange(invocation.args, {})}},
                  {"shell", option_or(invocation, "shell", offer.shell)}};
    for (const char* name : {"cwd", "stdin", "timeout", "env", "limits"})
        if (const Value* value = invocation.kwargs.find(name))
            kwargs.append(name, *value);
    invocation.kwargs = std::move(kwargs);
    invocation.function = any_program;
}

bool has_session(const Invocation& invocation, const Offer& offer)
{
    return option_or(invocation, "session", offer.session) == Value{true};
}

// Without code of its own the call is for a function that its session has.
void run_code(Invocation& invocation)
{
    if (invocation.env.find("code") == nullptr && invocation.kwargs.find("code") == nullptr)
        invocation.kwargs.set("code", "");
    if (invocation.kwargs.find("function") == nullptr)
        invocation.kwargs.set("function", invocation.function);
    invocation.function = any_code;
}

// Servers ask for these by the names in blueprint definitions, whatever the executor's type.
bool is_about_blueprints(std::string_view function)
{
    return function == "reconcile" || function == "reconcile_executor_deployment" || function == "cleanup";
}

Failure unknown(const std::string& name, const Offer& offer, const std::vector<std::string>& functions)
{
    std::vector<std::string> offered;
    for (const std::string& function : functions)
        if (offers(offer, function))
            offered.push_back(function);
    // Upstream's executors have two ways to say it.
    const char* const words = family_of(offer.type) == "ml" ? "Unsupported funcname: " : "Unsupported function: ";
    Failure failure{Errc::not_found, words + name + "; this executor of type " + offer.type +
                                         (offered.empty() ? " has none" : " has " + listed(offered))};
    failure.retry = false;
    return failure;
}

} // namespace

bool offers(const Offer& offer, std::string_view function)
{
    return std::ranges::any_of(offer.functions,
                               [&](const std::string& pattern) { return matches_pattern(pattern, function); });
}

std::string family_of(std::string_view type)
{
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> others{
        {{"python-executor", "python"}, {"container-executor", "docker"}, {"kubeexecutor", "k8s"}}};
    for (const auto& [ending, family] : others)
        if (type.ends_with(ending))
            return std::string{family};
    return std::string{type};
}

Result<void> match(Invocation& invocation, const Offer& offer, const std::vector<std::string>& functions)
{
    const std::string family = family_of(offer.type);
    const std::string in_family = family + "." + invocation.function;
    if (has(functions, offer, invocation.function))
        ;
    else if (has(functions, offer, in_family))
        invocation.function = in_family;
    else if (family == "unix" && has(functions, offer, any_program) && !invocation.function.empty())
        run_program(invocation, offer);
    else if (family == "python" && has(functions, offer, any_code) &&
             (invocation.env.find("code") != nullptr || has_session(invocation, offer)))
        run_code(invocation);
    else if (is_about_blueprints(invocation.function) && has(functions, offer, "reconcile." + invocation.function))
        invocation.function = "reconcile." + invocation.function;
    else
        return unknown(invocation.function, offer, functions);
    if (invocation.function == any_program && offer.shell && invocation.kwargs.find("shell") == nullptr)
        invocation.kwargs.set("shell", true);
    if (invocation.function == any_code && offer.session)
        invocation.kwargs.set("session", option_or(invocation, "session", true));
    return {};
}

} // namespace forager
