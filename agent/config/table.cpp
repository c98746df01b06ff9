#include "config/table.hpp"

namespace forager::config {

namespace {

constexpr std::string_view file_suffix = "_file";

} // namespace

const Key* Section::find(std::string_view key) const
{
    const auto found = std::ranges::find(keys, key, &Key::name);
    return found == keys.end() ? nullptr : &*found;
}

const std::vector<Section>& sections()
{
    static const std::vector<Section> all = {agent_section(),      colony_section(),        executor_section(),
                                             redis_section(),      mqtt_section(),          broker_section(),
                                             docker_section(),     docker_policy_section(), docker_registry_section(),
                                             kubernetes_section(), postgres_section(),      s3_section(),
                                             backup_section(),     http_section(),          limits_section(),
                                             permission_section()};
    return all;
}

const Section* find_section(std::string_view name)
{
    const auto found = std::ranges::find(sections(), name, &Section::name);
    return found == sections().end() ? nullptr : &*found;
}

std::string path_of(const Section& section, std::size_t row, const Key& key)
{
    const std::string place = section.repeated() ? "[" + std::to_string(row + 1) + "]" : "";
    return section.name + place + "." + key.name;
}

Named named(const Section& section, std::string_view name)
{
    if (const Key* key = section.find(name))
        return {key, false};
    if (!name.ends_with(file_suffix))
        return {};
    const Key* key = section.find(name.substr(0, name.size() - file_suffix.size()));
    return key == nullptr || key->kind != Kind::secret ? Named{} : Named{key, true};
}

std::vector<std::string> names_of(const Section& section)
{
    std::vector<std::string> names;
    for (const Key& key : section.keys) {
        names.push_back(key.name);
        if (key.kind == Kind::secret)
            names.push_back(key.name + std::string{file_suffix});
    }
    return names;
}

std::string own_variable(const Section& section, const Key& key)
{
    std::string name = "FORAGER_" + section.name + "_" + key.name;
    std::ranges::replace(name, '.', '_');
    for (char& c : name)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return name;
}

std::size_t rows_of(const Section& section, const Settings& settings)
{
    return section.repeated() ? section.rows(settings) : 1;
}

} // namespace forager::config
