#include "primitives/docker/mounts.hpp"

#include "base/text.hpp"
#include "core/options.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace forager::docker_work {

using docker::Mount;
using docker::Port;

namespace {

Failure no_volume(std::string_view what, std::string_view why)
{
    return {Errc::bad_arguments, "'volumes' has '" + printable(what) + "': " + std::string{why}};
}

Failure no_port(std::string_view what)
{
    return {Errc::bad_arguments,
            "'ports' has '" + printable(what) + R"(', which is none: "80", "8080:80" and "127.0.0.1:8080:80/udp" are)"};
}

Result<Mount> checked(Mount mount)
{
    const std::string what = mount.source + ":" + mount.target;
    if (!mount.target.starts_with('/'))
        return no_volume(what, "in the container it must be at an absolute path");
    if (mount.kind == Mount::Kind::tmpfs)
        return mount;
    if (mount.source.empty())
        return no_volume(what, "there is neither a folder nor a volume's name before the colon");
    mount.kind = mount.source.starts_with('/') ? Mount::Kind::bind : Mount::Kind::volume;
    if (mount.kind == Mount::Kind::volume && mount.source.find('/') != std::string::npos)
        return no_volume(what, "a folder must be given with its absolute path, as the engine's machine has it");
    return mount;
}

Result<void> read_mode(Mount& mount, std::string_view mode)
{
    // Labels for SELinux, and what is copied: words that the engine knows for volumes, and that change no right.
    for (const std::string_view word : split(mode, ',')) {
        if (word == "ro")
            mount.read_only = true;
        else if (word != "rw" && word != "z" && word != "Z" && !word.empty())
            return no_volume(mount.source + ":" + mount.target, R"(its mode must be "ro" or "rw")");
    }
    return {};
}

// TARGET or TARGET:MODE
Result<Mount> mount_at(std::string source, std::string_view rest)
{
    const auto colon = rest.find(':');
    Mount mount;
    mount.source = std::move(source);
    mount.target = rest.substr(0, colon);
    if (colon != std::string_view::npos)
        if (auto read = read_mode(mount, rest.substr(colon + 1)); read.has_error())
            return read.error();
    return checked(std::move(mount));
}

Result<Mount> mount_in(std::string_view text)
{
    const auto colon = text.find(':');
    if (colon == std::string_view::npos)
        return no_volume(text, R"(it must be "SOURCE:TARGET" or "SOURCE:TARGET:ro")");
    return mount_at(std::string{text.substr(0, colon)}, text.substr(colon + 1));
}

Result<Mount> mount_in(const Object& table)
{
    constexpr std::string_view known[] = {"source", "target", "read_only", "type"};
    for (const Member& member : table)
        if (std::ranges::find(known, member.name) == std::end(known))
            return no_volume(member.name, "a volume has source, target, read_only and type");
    Mount mount;
    mount.source = part<std::string>(table, "source");
    mount.target = part<std::string>(table, "target");
    mount.read_only = part<bool>(table, "read_only");
    if (part<std::string>(table, "type") == "tmpfs")
        mount.kind = Mount::Kind::tmpfs;
    return checked(std::move(mount));
}

// SOURCE → { bind = TARGET, mode = MODE }, or SOURCE → "TARGET:MODE"
Result<Mount> mount_in(const Member& member)
{
    if (const auto* text = member.value.get<std::string>())
        return mount_at(member.name, *text);
    const auto* table = member.value.get<Object>();
    if (table == nullptr)
        return no_volume(member.name, R"(it must be { bind = "/target", mode = "ro" })");
    Mount mount;
    mount.source = member.name;
    mount.target = part<std::string>(*table, "bind");
    if (auto read = read_mode(mount, part<std::string>(*table, "mode")); read.has_error())
        return read.error();
    return checked(std::move(mount));
}

Result<Mount> mount_in(const Value& value)
{
    if (const auto* text = value.get<std::string>())
        return mount_in(std::string_view{*text});
    if (const auto* table = value.get<Object>())
        return mount_in(*table);
    return no_volume(value.type_name(), R"(a volume is a text as "SOURCE:TARGET", or a table)");
}

template <class List> Result<std::vector<Mount>> mounts_in(const List& list)
{
    std::vector<Mount> mounts;
    for (const auto& entry : list) {
        auto mount = mount_in(entry);
        if (mount.has_error())
            return mount.error();
        mounts.push_back(std::move(*mount));
    }
    return mounts;
}

std::optional<std::uint16_t> port_number(std::string_view text)
{
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number == 0)
        return std::nullopt;
    return number;
}

// [ADDRESS:][HOST:]CONTAINER[/PROTOCOL], from its end.
Result<Port> port_in(std::string_view text)
{
    std::string_view rest = text;
    Port port;
    if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
        port.protocol = rest.substr(slash + 1);
        rest = rest.substr(0, slash);
    }
    const auto colon = rest.rfind(':');
    const auto container = port_number(colon == std::string_view::npos ? rest : rest.substr(colon + 1));
    const bool is_known = port.protocol == "tcp" || port.protocol == "udp" || port.protocol == "sctp";
    if (!container || !is_known)
        return no_port(text);
    port.container = *container;
    if (colon == std::string_view::npos)
        return port;
    rest = rest.substr(0, colon);
    const auto before = rest.rfind(':');
    const auto host = before == std::string_view::npos ? rest : rest.substr(before + 1);
    if (before != std::string_view::npos)
        port.address = rest.substr(0, before);
    if (port.address.starts_with('[') && port.address.ends_with(']'))
        port.address = port.address.substr(1, port.address.size() - 2);
    port.host = port_number(host);
    if (!port.host && !host.empty())
        return no_port(text);
    return port;
}

} // namespace

Result<std::vector<Mount>> mounts_option(const Object& options)
{
    const Value* value = option(options, "volumes");
    if (value == nullptr)
        return std::vector<Mount>{};
    if (const auto* list = value->get<Array>())
        return mounts_in(*list);
    if (const auto* table = value->get<Object>())
        return mounts_in(*table);
    return Failure{Errc::bad_arguments,
                   "'volumes' must be a list or a table, not a " + std::string{value->type_name()}};
}

Result<std::vector<Port>> ports_option(const Object& options)
{
    const Value* value = option(options, "ports");
    if (value == nullptr)
        return std::vector<Port>{};
    const auto* list = value->get<Array>();
    if (list == nullptr)
        return Failure{Errc::bad_arguments, "'ports' must be a list, not a " + std::string{value->type_name()}};
    std::vector<Port> ports;
    for (const Value& entry : *list) {
        const auto* number = entry.get<std::int64_t>();
        const auto* text = entry.get<std::string>();
        auto port = port_in(number != nullptr ? std::to_string(*number) : text != nullptr ? *text : "");
        if (port.has_error())
            return port.error();
        ports.push_back(std::move(*port));
    }
    return ports;
}

} // namespace forager::docker_work
