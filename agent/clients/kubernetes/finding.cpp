#include "clients/kubernetes/finding.hpp"

#include "base/text.hpp"
#include "io/system_failure.hpp"

#include <cerrno>
#include <fstream>
#include <sstream>

namespace forager::kubernetes {

namespace {

Result<std::string> read_file(const std::string& path)
{
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    if (file && file.peek() != std::ifstream::traits_type::eof())
        text << file.rdbuf();
    if (!file)
        return system_failure("cannot read " + path, errno == 0 ? EIO : errno);
    return text.str();
}

Result<std::vector<ConfigFile>> read_files(const std::string& list, bool all)
{
    std::vector<ConfigFile> files;
    for (const std::string_view path : split(list, ':')) {
        if (path.empty())
            continue;
        auto text = read_file(std::string{path});
        if (text.has_error() && (all || text.error().code != Errc::not_found))
            return text.error();
        if (text.has_value())
            files.push_back({std::string{path}, std::move(*text)});
    }
    return files;
}

bool is_there(const std::string& path)
{
    return std::ifstream{path}.good();
}

Access account(const Whereabouts& whereabouts)
{
    const std::string& host = whereabouts.account_host;
    const std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
    const std::string& folder = whereabouts.account_folder;
    Access access;
    access.server = "https://" + shown + ":" + (whereabouts.account_port.empty() ? "443" : whereabouts.account_port);
    access.ca_file = folder + "/ca.crt";
    access.identity.token_file = folder + "/token";
    access.origin = "the pod's account in " + folder;
    if (const auto space = read_file(folder + "/namespace"); space.has_value())
        access.space = trimmed(*space);
    return access;
}

Result<Access> from(const std::string& list, bool all, const Whereabouts& whereabouts)
{
    auto files = read_files(list, all);
    if (files.has_error())
        return files.error();
    if (files->empty())
        return Failure{Errc::not_found,
                       "no Kubernetes cluster is configured: set [kubernetes] kubeconfig, or KUBECONFIG"};
    return access_in(*files, whereabouts.context);
}

Result<Access> found(const Whereabouts& whereabouts)
{
    if (!whereabouts.kubeconfig.empty())
        return from(whereabouts.kubeconfig, true, whereabouts);
    if (whereabouts.context.empty() && !whereabouts.account_host.empty() &&
        is_there(whereabouts.account_folder + "/token"))
        return account(whereabouts);
    return from(whereabouts.usual, false, whereabouts);
}

} // namespace

Result<Access> find_access(const Whereabouts& whereabouts)
{
    auto access = found(whereabouts);
    if (access.has_error())
        return access;
    if (!whereabouts.space.empty())
        access->space = whereabouts.space;
    if (access->space.empty())
        access->space = "default";
    return access;
}

} // namespace forager::kubernetes
