// The layers above the files: credentials, the environment, flags.
#include "base/text.hpp"
#include "config/layers.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <filesystem>

namespace forager::config {

namespace {

// The variable's content where there is one: who exports an empty one means nothing by it.
const std::string* find(const Variables& environment, std::string_view name)
{
    const auto found = environment.find(name);
    return found == environment.end() || found->second.empty() ? nullptr : &found->second;
}

Spot spot_of_variable(const std::string& name)
{
    return {"environment " + name, "environment " + name};
}

class VariableLayer {
public:
    VariableLayer(Reader& reader, const Sources& sources)
        : reader_{reader}, environment_{sources.environment}, folder_{sources.folder}
    {
    }

    void read(const Section& section, const Key& key)
    {
        const std::string own = own_variable(section, key);
        const std::string in_file = own + "_FILE";
        if (const auto* text = find(environment_, own))
            return set(section, key, own, *text, true);
        if (const auto* file = key.kind == Kind::secret ? find(environment_, in_file) : nullptr)
            return set_from_file(section, key, in_file, *file);
        for (const std::string& name : key.environment)
            if (const auto* text = find(environment_, name))
                return set(section, key, name, *text, false);
    }

private:
    void set(const Section& section, const Key& key, const std::string& name, const std::string& text, bool own)
    {
        const Value value = below(folder_, key.kind, value_from(key.kind, text));
        const auto row = row_for(section, name, own);
        if (row && own)
            reader_.set({section, *row, key}, value, spot_of_variable(name));
        else if (row)
            reader_.set_if_it_fits({section, *row, key}, value, spot_of_variable(name));
    }

    void set_from_file(const Section& section, const Key& key, const std::string& name, const std::string& file)
    {
        const Value path = below(folder_, Kind::path, file);
        if (const auto row = row_for(section, name, true))
            reader_.set_from_file({section, *row, key}, *path.get<std::string>(), true, spot_of_variable(name));
    }

    // Of a repeated section a variable means the only one, and makes it where there is none. Several are in the files
    // because the variables, which may be those of a neighbour, do not fit.
    std::optional<std::size_t> row_for(const Section& section, const std::string& name, bool own)
    {
        const std::size_t rows = rows_of(section, reader_.settings());
        if (rows > 1 && own)
            reader_.complain("environment " + name, "there are several [[" + section.name + "]]: set it in the file");
        if (rows > 1)
            return std::nullopt;
        return rows == 1 ? 0 : reader_.add_row(section, spot_of_variable(name));
    }

    Reader& reader_;
    const Variables& environment_;
    std::string folder_;
};

// Where upstream's older executors look for the key of the id that they are given.
void read_stored_key(Reader& reader, const Variables& environment)
{
    const auto* id = find(environment, "COLONIES_EXECUTOR_ID");
    const auto* home = find(environment, "HOME");
    const bool given = reader.set_by("colony.key") != nullptr || reader.set_by("colony.owner_key") != nullptr;
    if (id == nullptr || home == nullptr || given || id->find('/') != id->npos)
        return;
    const Section& colony = *find_section("colony");
    const std::string file = *home + "/.colonies/" + *id;
    std::error_code ignored; // what cannot be looked at is not there
    if (std::filesystem::is_regular_file(file, ignored))
        reader.set_from_file({colony, 0, *colony.find("key")}, file, true, spot_of_variable("COLONIES_EXECUTOR_ID"));
}

// The names of the container broker: they make a URL, and ask for its channels.
void read_redis_address(Reader& reader, const Variables& environment)
{
    const Section& redis = *find_section("redis");
    const Section& broker = *find_section("broker");
    const auto* address = find(environment, "REDIS_ADDRESS");
    if (address == nullptr)
        return;
    const auto or_else = [&](std::string_view name, const char* fallback) {
        const auto* text = find(environment, name);
        return text == nullptr ? std::string{fallback} : *text;
    };
    const bool tls = value_from(Kind::flag, or_else("REDIS_TLS", "false")) == Value{true};
    const std::string port = address->find(':') == address->npos ? ":" + or_else("REDIS_PORT", "6379") : "";
    const Spot spot = spot_of_variable("REDIS_ADDRESS");
    if (find(environment, own_variable(redis, *redis.find("url"))) == nullptr)
        reader.set({redis, 0, *redis.find("url")},
                   (tls ? "rediss://" : "redis://") + *address + port + "/" + or_else("REDIS_DB", "1"), spot);
    if (reader.set_by("broker.channels") == nullptr)
        reader.set({broker, 0, *broker.find("channels")}, true, spot);
}

std::vector<std::string> own_variables()
{
    std::vector<std::string> names;
    for (const Section& section : sections())
        for (const Key& key : section.keys) {
            names.push_back(own_variable(section, key));
            if (key.kind == Kind::secret)
                names.push_back(names.back() + "_FILE");
        }
    return names;
}

// A variable that nobody reads may be meant for somebody else, unless it looks like one of ours.
void warn_of_misspelt(Reader& reader, const Variables& environment)
{
    const std::vector<std::string> known = own_variables();
    for (auto found = environment.lower_bound("FORAGER_");
         found != environment.end() && found->first.starts_with("FORAGER_"); ++found)
        if (const auto near = nearest(found->first, known); near && *near != found->first)
            reader.warn("nothing reads " + found->first + " of the environment; did you mean " + *near + "?");
}

struct Found {
    const Section* section = nullptr;
    const Key* key = nullptr;
};

Found find_setting(std::string_view path)
{
    const std::size_t dot = path.rfind('.');
    const Section* section = find_section(path.substr(0, dot));
    if (section == nullptr || dot == path.npos)
        return {};
    return {section, section->find(path.substr(dot + 1))};
}

} // namespace

void read_credentials(Reader& reader, const Variables& environment)
{
    const auto* folder = find(environment, "CREDENTIALS_DIRECTORY");
    if (folder == nullptr)
        return;
    for (const Section& section : sections())
        for (const Key& key : section.keys) {
            const std::string name = section.name + "." + key.name;
            const std::string file = *folder + "/" + name;
            std::error_code ignored; // what cannot be looked at is not there
            // systemd guards them in its own way.
            if (key.kind == Kind::secret && !section.repeated() && std::filesystem::exists(file, ignored))
                reader.set_from_file({section, 0, key}, file, false, {"credential " + name, "credential " + name});
        }
}

void read_environment(Reader& reader, const Sources& sources)
{
    VariableLayer layer{reader, sources};
    for (const Section& section : sections())
        for (const Key& key : section.keys)
            layer.read(section, key);
    read_stored_key(reader, sources.environment);
    read_redis_address(reader, sources.environment);
    warn_of_misspelt(reader, sources.environment);
}

void read_flags(Reader& reader, const Sources& sources)
{
    for (const auto& [path, text] : sources.overrides) {
        const auto [section, key] = find_setting(path);
        if (key == nullptr)
            reader.complain("flag", "there is no setting '" + path + "'");
        else if (section->repeated())
            reader.complain("flag", "'" + path + "' may stand several times: set it in the file");
        else
            reader.set({*section, 0, *key}, below(sources.folder, key->kind, value_from(key->kind, text)),
                       {"flag", "flag"});
    }
}

} // namespace forager::config
