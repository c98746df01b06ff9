#include "primitives/kubernetes/mounts.hpp"

#include "core/options.hpp"
#include "primitives/kubernetes/options.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace forager::kubernetes_work {

namespace {

Failure wrong(const std::string& path, const std::string& why)
{
    return {Errc::bad_arguments, "volumes: '" + path + "' " + why};
}

// What Kubernetes calls a volume's kind, and the member that names the one that is meant.
struct Kind {
    const char* option;
    const char* member;
    const char* name;
};
constexpr Kind kinds[] = {{"claim", "persistentVolumeClaim", "claimName"},
                          {"secret", "secret", "secretName"},
                          {"config_map", "configMap", "name"}};

// { "secret": { "secretName": … } }; exactly one kind is to be named.
Result<Object> source_of(const std::string& path, const Object& given)
{
    Object source;
    for (const Kind& kind : kinds) {
        auto name = text_option(given, kind.option);
        if (name.has_error())
            return wrong(path, name.error().message);
        if (*name)
            source.append(kind.member, Object{{kind.name, std::move(**name)}});
    }
    auto empty = flag_option(given, "empty", false);
    if (empty.has_error())
        return wrong(path, empty.error().message);
    if (*empty)
        source.append("emptyDir", Object{});
    if (source.size() != 1)
        return wrong(path, "needs one of claim, secret, config_map and empty");
    return source;
}

Result<Object> mount_of(const std::string& path, const std::string& volume, const Object& given)
{
    auto read_only = flag_option(given, "read_only", false);
    auto part = text_option(given, "path");
    if (const auto failure = first_failure(read_only, part))
        return wrong(path, failure->message);
    Object mount{{"name", volume}, {"mountPath", path}};
    if (*read_only)
        mount.append("readOnly", true);
    if (*part)
        mount.append("subPath", std::move(**part));
    return mount;
}

Result<Object> description_of(const Member& member)
{
    if (const auto* claim = member.value.get<std::string>())
        return Object{{"claim", *claim}};
    const auto* table = member.value.get<Object>();
    if (table == nullptr)
        return wrong(member.name, "must be the name of a claim, or a table");
    constexpr std::string_view known[] = {"claim", "secret", "config_map", "empty", "read_only", "path"};
    if (auto fine = only_options("volumes", *table, known); fine.has_error())
        return fine.error();
    return *table;
}

} // namespace

Result<Mounts> mounts_of(const Object& options)
{
    const Value* value = option(options, "volumes");
    const auto* table = value == nullptr ? nullptr : value->get<Object>();
    const auto* list = value == nullptr ? nullptr : value->get<Array>();
    if (value != nullptr && table == nullptr && (list == nullptr || !list->empty()))
        return Failure{Errc::bad_arguments, R"(volumes must be a table of paths, as in { ["/data"] = "claim" })"};
    std::map<std::string, Object> by_path; // in one order, whatever the caller's was
    for (const Member& member : table == nullptr ? Object{} : *table) {
        auto given = description_of(member);
        if (given.has_error())
            return given.error();
        if (!member.name.starts_with('/'))
            return wrong(member.name, "is no absolute path");
        by_path.emplace(member.name, std::move(*given));
    }
    Mounts mounts;
    for (const auto& [path, given] : by_path) {
        const std::string name = "volume-" + std::to_string(mounts.volumes.size() + 1);
        auto source = source_of(path, given);
        auto mount = mount_of(path, name, given);
        if (const auto failure = first_failure(source, mount))
            return *failure;
        source->append("name", name);
        mounts.volumes.emplace_back(std::move(*source));
        mounts.mounts.emplace_back(std::move(*mount));
    }
    return mounts;
}

} // namespace forager::kubernetes_work
