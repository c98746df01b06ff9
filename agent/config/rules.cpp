// What no value says alone.
#include "base/text.hpp"
#include "config/layers.hpp"
#include "io/http/server/caller.hpp"

#include <sys/un.h>

namespace forager::config {

namespace {

class Rules {
public:
    explicit Rules(Reader& reader) : reader_{reader}, settings_{reader.settings()} {}

    void check()
    {
        check_paths();
        check_http();
        check_colony();
        check_permissions();
    }

private:
    std::string place_of(const std::string& path) const
    {
        const Spot* spot = reader_.set_by(path);
        return spot == nullptr ? "default" : spot->place;
    }

    void complain(const std::string& path, std::string message)
    {
        reader_.complain(place_of(path), std::move(message));
    }

    void check_paths()
    {
        if (settings_.agent.state_dir.empty())
            return complain("agent.state_dir", "agent.state_dir must be given: the environment has no HOME");
        constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
        if (settings_.agent.socket.size() > longest)
            complain("agent.socket", "agent.socket is longer than a socket's path may be, " + std::to_string(longest) +
                                         " bytes: give a shorter one");
    }

    void check_http()
    {
        const HttpConfig& given = settings_.http;
        const bool for_others = !given.listen.empty() && !http::is_loopback_name(given.listen);
        if (for_others && (given.token.empty() || given.cert_file.empty()))
            complain("http.listen", "http.listen lets other machines call: give http.token_file, and http.cert_file "
                                    "and http.key_file for TLS, or listen on 127.0.0.1");
        if (given.cert_file.empty() != given.key_file.empty())
            complain(given.cert_file.empty() ? "http.key_file" : "http.cert_file",
                     "http.cert_file and http.key_file belong together: give both");
    }

    // Half a colony may be what another program's environment leaves: the agent does its other work.
    void check_colony()
    {
        const ColonyConfig& colony = settings_.colony;
        if (colony.host.empty())
            return;
        const std::string where = reader_.set_by("colony.host")->place;
        if (colony.name.empty())
            reader_.warn(where + ": colony.host is given, and colony.name is not: there is no colony to serve");
        if (colony.owner_key.empty() && colony.key.empty() && !executors_have_keys())
            reader_.warn(where + ": colony.host is given, and neither colony.owner_key nor colony.key: the colony "
                                 "will refuse the agent");
    }

    bool executors_have_keys() const
    {
        return !settings_.executors.empty() &&
               std::ranges::none_of(settings_.executors, [](const auto& executor) { return executor.key.empty(); });
    }

    void check_permissions()
    {
        for (std::size_t i = 0; i < settings_.permissions.size(); ++i)
            if (settings_.permissions[i].scripts.empty())
                complain("permission[" + std::to_string(i + 1) + "]",
                         "this [[permission]] binds nothing: give its scripts");
        if (!settings_.permissions.empty())
            reader_.warn(place_of("permission[1]") + ": [[permission]] is not enforced by this version: the agent does "
                                                     "not start with it");
    }

    Reader& reader_;
    const Settings& settings_;
};

} // namespace

void check_together(Reader& reader)
{
    Rules{reader}.check();
}

} // namespace forager::config
