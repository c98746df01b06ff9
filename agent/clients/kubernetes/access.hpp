// Where a cluster is and who asks it, as a kubeconfig or the account of a pod has it. Pure.
#pragma once

#include "base/secret.hpp"
#include "core/failure.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager::kubernetes {

/// A program that gives credentials (client.authentication.k8s.io).
struct Plugin {
    std::string api_version;
    std::vector<std::string> command; ///< the program and its arguments
    std::vector<std::pair<std::string, std::string>> env;
    bool wants_cluster = false; ///< whether it is told where the cluster is
    std::string hint;           ///< how to install it
    bool operator==(const Plugin&) const = default;
};

/// Who asks. Files are read again from time to time: they may be replaced. What is empty is not used.
struct Identity {
    Secret token;
    std::string token_file;
    std::string cert_file; ///< PEM
    std::string key_file;
    std::string cert_pem;
    Secret key_pem;
    std::string user; ///< with a password
    Secret password;
    std::optional<Plugin> plugin;
    std::string as; ///< in whose name
    std::vector<std::string> as_groups;
    bool operator==(const Identity&) const = default;
};

struct Access {
    std::string server; ///< https://host:port, and a path where there is one
    std::string ca_file;
    std::string ca_pem;
    std::string server_name; ///< whom its certificate must be for; empty: the server's host
    bool verify = true;
    std::string space; ///< the namespace of what names none
    Identity identity;
    std::string origin; ///< for messages: the files, or the account
    bool operator==(const Access&) const = default;

    Access() = default;
};

/// One file of a configuration. Relative names in it are below its folder.
struct ConfigFile {
    std::string path;
    std::string text;
};

/// What the files say together, of what stands in several the first; `context`: empty for the current one. Failures:
/// bad_arguments, with the file (broken text, a name that nothing has), refused (a way to log in that is not known).
Result<Access> access_in(std::span<const ConfigFile> files, std::string_view context);

} // namespace forager::kubernetes
