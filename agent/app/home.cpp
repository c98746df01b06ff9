#include "app/home.hpp"

#include "base/text.hpp"
#include "io/machine.hpp"
#include "io/process/identity.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

namespace forager {

namespace {

// An engine or a cluster may be another machine's, and serve several.
std::string this_machine()
{
    std::ifstream file{"/etc/machine-id"};
    std::string id;
    std::getline(file, id);
    return id.empty() ? machine_facts("/").name : id;
}

// Process numbers mean something in their own namespace alone.
std::string process_namespace()
{
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self/ns/pid", ignored).string();
}

bool has_ended(const std::string& owner, const std::string& boot)
{
    const auto identity = parse_identity(owner);
    return !identity || identity->boot != boot || birth_of(identity->process) != identity->born;
}

} // namespace

std::string text_of(Home home, const config::Settings& settings)
{
    const std::string who = home == Home::agent ? "agent " + settings.agent.state_dir : "run " + process_namespace();
    return who + " on " + this_machine();
}

std::string this_owner(App& app)
{
    return std::string{trimmed(to_text(this_process(app.clock().boot())))};
}

std::function<bool(const std::string& owner)> is_gone_in(Home home, App& app)
{
    if (home == Home::agent)
        return [](const std::string&) { return true; };
    return [boot = app.clock().boot()](const std::string& owner) { return has_ended(owner, boot); };
}

} // namespace forager
