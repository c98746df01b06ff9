// Every section and key there is. Files, environment, flags, `config explain`, the default file and the documentation
// all follow this one table.
#pragma once

#include "config/key.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace forager::config {

/// In the order of the default file.
const std::vector<Section>& sections();

/// The section of this name, or a null pointer. Those within another have its name before a dot: "docker.policy".
const Section* find_section(std::string_view name);

/// "agent.name"; for repeated sections "executor[1].name", counted from 1.
std::string path_of(const Section& section, std::size_t row, const Key& key);

/// What a name in a section stands for: a key, or the file that holds a secret key's text (`password_file`).
struct Named {
    const Key* key = nullptr; ///< null: there is no such name
    bool in_file = false;
};
Named named(const Section& section, std::string_view name);

/// All names that a section knows, with those of the files of secrets.
std::vector<std::string> names_of(const Section& section);

/// FORAGER_AGENT_NAME.
std::string own_variable(const Section& section, const Key& key);

/// How many sections of this kind the settings hold; 1 for one that cannot be repeated.
std::size_t rows_of(const Section& section, const Settings& settings);

Section agent_section();
Section limits_section();
Section http_section();
Section permission_section();
Section colony_section();
Section executor_section();
Section redis_section();
Section mqtt_section();
Section broker_section();
Section docker_section();
Section docker_policy_section();
Section docker_registry_section();
Section kubernetes_section();
Section postgres_section();
Section s3_section();
Section backup_section();

} // namespace forager::config
