// Reads the configuration of the agent and of the commands that speak to it: defaults, files, credentials, the
// environment, flags; what is later wins. Reads files on the calling thread, before anything runs or for a reload.
#pragma once

#include "config/config.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forager::config {

using Variables = std::map<std::string, std::string, std::less<>>;

/// Where a configuration is read from; a test writes its own.
struct Sources {
    std::optional<std::string> file; ///< --config FILE: must be there, and stands in for the default files
    std::string system_file = "/etc/forager/forager.toml";
    Variables environment;
    std::vector<std::pair<std::string, std::string>> overrides; ///< of flags: "section.key" and its text
    bool root = false;                                          ///< run by root: the paths of the service
    std::string folder; ///< what relative paths of environment and flags start at
};

/// Those of this process.
Sources surroundings();

/// One value, and who set it.
struct Origin {
    std::string key;  ///< "agent.name", "executor[1].type"
    Value value;      ///< as it would stand in a file; "(hidden)" for a secret
    std::string from; ///< "default", "FILE:LINE", "environment NAME", "credential NAME", "flag"
    bool operator==(const Origin&) const = default;
};

struct Configuration {
    Settings settings;
    std::vector<Origin> origins; ///< of every key, in the order of the default file
    std::vector<std::string> warnings;
};

/// What reading found.
struct Examination {
    Configuration configuration; ///< only to be used without problems; its warnings always
    std::vector<Failure> problems;
};

/// Never fails: what is wrong (unknown keys, wrong types, values out of range, unreadable files) is in the result, all
/// of it, each with its place in `where`.
Examination examine(const Sources& sources);

/// The same as one failure: `bad_arguments`, a declaration; the message says all problems, one in each line.
Result<Configuration> read_configuration(const Sources& sources);

/// All of `problems`, which are not none, as one.
Failure one_failure(const std::vector<Failure>& problems);

} // namespace forager::config
