// What no value says alone.
#include "base/text.hpp"
#include "config/layers.hpp"
#include "io/formats/base64.hpp"
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
            return check_hostless();
        check_executors();
        check_keys();
        const std::string where = reader_.set_by("colony.host")->place;
        if (colony.name.empty())
            reader_.warn(where + ": colony.host is given, and colony.name is not: there is no colony to serve");
        if (colony.owner_key.empty() && colony.key.empty() && !executors_have_keys())
            reader_.warn(where + ": colony.host is given, and neither colony.owner_key nor colony.key: the colony "
                                 "will refuse the agent");
    }

    // What the environment says may be meant for another program.
    void check_hostless()
    {
        const std::string wanted = "colony.";
        for (const Key& key : find_section("colony")->keys) {
            const Spot* spot = reader_.set_by(wanted + key.name);
            if (spot != nullptr && key.name != "host" && !spot->place.starts_with("environment"))
                return reader_.warn(spot->place + ": " + wanted + key.name +
                                    " is given, and colony.host is not: there is no colony to serve");
        }
    }

    void check_keys()
    {
        check_key("colony.owner_key", settings_.colony.owner_key);
        check_key("colony.key", settings_.colony.key);
        for (std::size_t i = 0; i < settings_.executors.size(); ++i)
            check_key(section_of(i) + ".key", settings_.executors[i].key);
    }

    // Not a word of what it is: it may be another secret.
    void check_key(const std::string& path, const Secret& key)
    {
        constexpr std::size_t digits = 64;
        const std::string_view text = trimmed(key.reveal());
        if (text.empty() || (text.size() == digits && from_hex(text)) || place_of(path).starts_with("environment"))
            return;
        complain(path, path + " is no private key: that has 64 hexadecimal digits; 'forager keygen' makes one");
    }

    // The colony knows an executor by its name, and who calls by the key alone.
    void check_executors()
    {
        for (std::size_t i = 1; i < settings_.executors.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (complain_of_twins(i, j))
                    break;
    }

    bool complain_of_twins(std::size_t twin, std::size_t first)
    {
        const ExecutorConfig& one = settings_.executors[twin];
        const ExecutorConfig& other = settings_.executors[first];
        const Secret key = key_of(one);
        if (!one.name.empty() && one.name == other.name)
            complain_of_twin(twin, first, "name", ": give each executor a name of its own");
        else if (one.name == other.name && one.type == other.type)
            complain_of_twin(twin, first, "type", ", and neither has a name: give one of them a name");
        else if (!key.empty() && key == key_of(other))
            complain_of_twin(twin, first, "key", ": give each executor a key of its own");
        else
            return false;
        return true;
    }

    void complain_of_twin(std::size_t twin, std::size_t first, const std::string& key, const std::string& what_to_do)
    {
        const std::string section = section_of(twin);
        const std::string path = section + "." + key;
        complain(reader_.set_by(path) == nullptr ? section : path,
                 section + " has the " + key + " of " + section_of(first) + what_to_do);
    }

    static std::string section_of(std::size_t row) { return "executor[" + std::to_string(row + 1) + "]"; }

    Secret key_of(const ExecutorConfig& executor) const
    {
        const ColonyConfig& colony = settings_.colony;
        const bool has_others = executor.key.empty() && colony.owner_key.empty();
        return has_others ? colony.key : executor.key;
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
