#include "clients/kubernetes/access.hpp"

#include "base/text.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/yaml.hpp"

#include <filesystem>

namespace forager::kubernetes {

namespace {

using Text = std::string;

Failure wrong(const Text& path, const Text& why)
{
    return {Errc::bad_arguments, "the kubeconfig " + path + ": " + why};
}

// One named entry, and the file that it stands in.
struct Entry {
    Text path;
    Object content;
};

struct Parsed {
    Text path;
    Object content;
};

Result<std::vector<Parsed>> parse_all(std::span<const ConfigFile> files)
{
    std::vector<Parsed> parsed;
    for (const ConfigFile& file : files) {
        auto value = parse_yaml(file.text);
        if (value.has_error())
            return wrong(file.path, value.error().message);
        if (value->is_null())
            continue;
        auto* object = value->get<Object>();
        if (object == nullptr)
            return wrong(file.path, "it holds a " + Text{value->type_name()} + ", not clusters, users and contexts");
        parsed.push_back({file.path, std::move(*object)});
    }
    return parsed;
}

Text listed_paths(std::span<const ConfigFile> files)
{
    std::vector<Text> paths;
    for (const ConfigFile& file : files)
        paths.push_back(file.path);
    return listed(paths);
}

// `list` is "contexts", `kind` "context": [{name: …, context: {…}}].
std::optional<Entry> find(const std::vector<Parsed>& files, const Text& list, const Text& kind, std::string_view name)
{
    for (const Parsed& file : files)
        for (const Value& item : part<Array>(file.content, list)) {
            const auto* entry = item.get<Object>();
            if (entry != nullptr && part<Text>(*entry, "name") == name)
                return Entry{file.path, part<Object>(*entry, kind)};
        }
    return std::nullopt;
}

std::vector<Text> names_in(const std::vector<Parsed>& files, const Text& list)
{
    std::vector<Text> names;
    for (const Parsed& file : files)
        for (const Value& item : part<Array>(file.content, list))
            if (const auto* entry = item.get<Object>())
                names.push_back(part<Text>(*entry, "name"));
    return names;
}

Text beside(const Text& config, const Text& path)
{
    return path.empty() ? path : (std::filesystem::path{config}.parent_path() / path).lexically_normal().string();
}

Result<Text> decoded(const Entry& entry, const Text& name)
{
    auto bytes = from_base64(part<Text>(entry.content, name));
    if (bytes.has_error())
        return wrong(entry.path, name + " is no base64: " + bytes.error().message);
    return bytes;
}

Result<void> read_cluster(const Entry& entry, Access& access)
{
    access.server = part<Text>(entry.content, "server");
    access.ca_file = beside(entry.path, part<Text>(entry.content, "certificate-authority"));
    access.server_name = part<Text>(entry.content, "tls-server-name");
    access.verify = !part<bool>(entry.content, "insecure-skip-tls-verify");
    auto authority = decoded(entry, "certificate-authority-data");
    if (authority.has_error())
        return authority.error();
    access.ca_pem = std::move(*authority);
    if (!access.server.starts_with("https://") && !access.server.starts_with("http://"))
        return wrong(entry.path, "the cluster's server '" + access.server + "' is no https:// address");
    if (!part<Text>(entry.content, "proxy-url").empty())
        return Failure{Errc::refused, "the kubeconfig " + entry.path + " wants a proxy, which is not supported"};
    while (access.server.ends_with('/'))
        access.server.pop_back();
    return {};
}

Plugin plugin_in(const Entry& entry)
{
    const auto told = part<Object>(entry.content, "exec");
    Plugin plugin;
    plugin.api_version = part<Text>(told, "apiVersion");
    auto program = part<Text>(told, "command");
    plugin.command.push_back(program.find('/') == Text::npos ? program : beside(entry.path, program));
    for (const Value& word : part<Array>(told, "args"))
        if (const auto* text = word.get<Text>())
            plugin.command.push_back(*text);
    for (const Value& item : part<Array>(told, "env"))
        if (const auto* pair = item.get<Object>())
            plugin.env.emplace_back(part<Text>(*pair, "name"), part<Text>(*pair, "value"));
    plugin.wants_cluster = part<bool>(told, "provideClusterInfo");
    plugin.hint = part<Text>(told, "installHint");
    return plugin;
}

Result<void> check_plugin(const Entry& entry, const Plugin& plugin)
{
    if (plugin.command.front().empty())
        return wrong(entry.path, "the user's exec names no command");
    if (!plugin.api_version.starts_with("client.authentication.k8s.io/"))
        return wrong(entry.path, "the user's exec has the apiVersion '" + plugin.api_version +
                                     "' and not one of client.authentication.k8s.io");
    if (part<Text>(part<Object>(entry.content, "exec"), "interactiveMode") == "Always")
        return Failure{Errc::refused,
                       "the kubeconfig " + entry.path + " has a program that asks people for credentials"};
    return {};
}

Result<void> read_user(const Entry& entry, Identity& identity)
{
    auto cert = decoded(entry, "client-certificate-data");
    auto key = decoded(entry, "client-key-data");
    if (cert.has_error() || key.has_error())
        return cert.has_error() ? cert.error() : key.error();
    identity.cert_pem = std::move(*cert);
    identity.key_pem = Secret{std::move(*key)};
    identity.cert_file = beside(entry.path, part<Text>(entry.content, "client-certificate"));
    identity.key_file = beside(entry.path, part<Text>(entry.content, "client-key"));
    identity.token = Secret{part<Text>(entry.content, "token")};
    identity.token_file = beside(entry.path, part<Text>(entry.content, "tokenFile"));
    identity.user = part<Text>(entry.content, "username");
    identity.password = Secret{part<Text>(entry.content, "password")};
    identity.as = part<Text>(entry.content, "as");
    for (const Value& group : part<Array>(entry.content, "as-groups"))
        if (const auto* text = group.get<Text>())
            identity.as_groups.push_back(*text);
    if (entry.content.find("auth-provider") != nullptr)
        return Failure{Errc::refused, "the kubeconfig " + entry.path +
                                          " logs in by an auth-provider, which Kubernetes has given up: use exec"};
    if (entry.content.find("exec") == nullptr)
        return {};
    identity.plugin = plugin_in(entry);
    return check_plugin(entry, *identity.plugin);
}

Text current_context(const std::vector<Parsed>& files)
{
    for (const Parsed& file : files)
        if (auto name = part<Text>(file.content, "current-context"); !name.empty())
            return name;
    return {};
}

Failure no_such(const Text& where, const Text& kind, std::string_view name, const std::vector<Text>& there)
{
    return wrong(where,
                 "it has no " + kind + " '" + Text{name} + "'" + (there.empty() ? "" : ", it has " + listed(there)));
}

} // namespace

Result<Access> access_in(std::span<const ConfigFile> files, std::string_view context)
{
    const auto parsed = parse_all(files);
    if (parsed.has_error())
        return parsed.error();
    Access access;
    access.origin = listed_paths(files);
    const Text name = context.empty() ? current_context(*parsed) : Text{context};
    const auto contexts = names_in(*parsed, "contexts");
    if (name.empty() && contexts.empty())
        return wrong(access.origin, "it has no contexts");
    if (name.empty())
        return wrong(access.origin, "it has no current-context: say which one of " + listed(contexts) + " to use");
    const auto chosen = find(*parsed, "contexts", "context", name);
    if (!chosen)
        return no_such(access.origin, "context", name, contexts);
    access.space = part<Text>(chosen->content, "namespace");
    const auto cluster_name = part<Text>(chosen->content, "cluster");
    const auto cluster = find(*parsed, "clusters", "cluster", cluster_name);
    if (!cluster)
        return no_such(access.origin, "cluster", cluster_name, names_in(*parsed, "clusters"));
    if (auto read = read_cluster(*cluster, access); read.has_error())
        return read.error();
    const auto user_name = part<Text>(chosen->content, "user");
    if (user_name.empty())
        return access;
    const auto user = find(*parsed, "users", "user", user_name);
    if (!user)
        return no_such(access.origin, "user", user_name, names_in(*parsed, "users"));
    if (auto read = read_user(*user, access.identity); read.has_error())
        return read.error();
    return access;
}

} // namespace forager::kubernetes
