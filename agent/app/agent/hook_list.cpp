#include "app/agent/hook_list.hpp"

#include "base/text.hpp"
#include "config/text_file.hpp"
#include "core/options.hpp"

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace forager {

namespace {

constexpr std::size_t longest_secret = std::size_t{64} * 1024;
constexpr unsigned for_others = 0077;

std::string text_of(const Object& options, std::string_view name)
{
    const auto text = text_option(options, name);
    return text && *text ? **text : std::string{};
}

// A name alone is a credential that the service manager keeps ready.
std::string place_of(const std::string& file)
{
    const char* credentials = std::getenv("CREDENTIALS_DIRECTORY");
    return file.find('/') != std::string::npos || credentials == nullptr ? file : std::string{credentials} + "/" + file;
}

Secret read_secret(const std::string& file, const Object& fields, const AgentLog& log)
{
    const std::string path = place_of(file);
    const auto read = config::read_text_file(path, longest_secret);
    if (!read) {
        log.fail("a hook's secret is missing, and it lets nobody in: " + read.error().message, fields);
        return {};
    }
    if ((read->mode & for_others) != 0)
        log.warn("others can read " + path + ", which holds a hook's secret: chmod 600 would end that", fields);
    Secret secret{std::string{trimmed(read->text)}};
    if (secret.empty())
        log.fail("a hook's secret is missing, and it lets nobody in: " + path + " is empty", fields);
    return secret;
}

Hook hook_of(const scripting::Watcher& watcher, const AgentLog& log)
{
    Hook hook{*watcher.hook, watcher.function, watcher.durable, Proof::none, {}};
    const std::string file = text_of(watcher.options, "secret_file");
    if (file.empty())
        return hook;
    hook.proof = text_of(watcher.options, "signature").empty() ? Proof::token : Proof::signature;
    hook.secret = read_secret(file, {{"hook", hook.route.text()}, {"where", watcher.where}}, log);
    return hook;
}

} // namespace

std::vector<Hook> hooks_of(const std::vector<scripting::Watcher>& watchers, const AgentLog& log)
{
    std::vector<Hook> hooks;
    for (const scripting::Watcher& watcher : watchers)
        if (watcher.hook)
            hooks.push_back(hook_of(watcher, log));
    return hooks;
}

} // namespace forager
