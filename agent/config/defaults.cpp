// The defaults that depend on who runs the agent: the service or a user.
#include "config/layers.hpp"

namespace forager::config {

namespace {

// The variable's value where it is an absolute path; nothing else is to be heeded.
std::string folder_in(const Variables& environment, std::string_view name)
{
    const auto found = environment.find(name);
    return found == environment.end() || !found->second.starts_with('/') ? "" : found->second;
}

// systemd lists several, with colons between them.
std::string first_folder_in(const Variables& environment, std::string_view name)
{
    const std::string folders = folder_in(environment, name);
    return folders.substr(0, folders.find(':'));
}

void use_service_folders(AgentConfig& agent, const Variables& environment)
{
    if (const std::string folder = first_folder_in(environment, "STATE_DIRECTORY"); !folder.empty())
        agent.state_dir = folder;
    if (const std::string folder = first_folder_in(environment, "RUNTIME_DIRECTORY"); !folder.empty())
        agent.socket = folder + "/forager.sock";
}

void use_user_folders(AgentConfig& agent, const Variables& environment)
{
    agent.state_dir = user_folder(environment, "XDG_STATE_HOME", ".local/state");
    const std::string runtime = folder_in(environment, "XDG_RUNTIME_DIR");
    agent.socket = (runtime.empty() ? agent.state_dir : runtime) + "/forager.sock";
    const std::string own = user_folder(environment, "XDG_CONFIG_HOME", ".config");
    agent.scripts = {own + "/scripts/*.lua"};
}

} // namespace

bool is_service(const Sources& sources)
{
    return sources.root || !folder_in(sources.environment, "STATE_DIRECTORY").empty() ||
           !folder_in(sources.environment, "RUNTIME_DIRECTORY").empty();
}

std::string user_folder(const Variables& environment, std::string_view variable, std::string_view fallback)
{
    if (const std::string folder = folder_in(environment, variable); !folder.empty())
        return folder + "/forager";
    const std::string home = folder_in(environment, "HOME");
    return home.empty() ? "" : home + "/" + std::string{fallback} + "/forager";
}

Settings defaults(const Sources& sources)
{
    Settings settings;
    if (is_service(sources))
        use_service_folders(settings.agent, sources.environment);
    else
        use_user_folders(settings.agent, sources.environment);
    return settings;
}

} // namespace forager::config
