// What the lists of a containers' policy are made of: patterns of images, rules of host paths, rules of ports. Pure.
#pragma once

#include "core/failure.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace forager {

/// A pattern of images' names. It is completed as a name is: "nginx" is docker.io/library/nginx, "team/*" is
/// docker.io/team/*. In a part of the name `*` and `?` stand for what is no '/'; a part `**` stands for one part or
/// more. Without a tag or a digest it means all of them; with a tag it never means a digest. "**" alone is any image.
/// Failures: bad_arguments, saying what is wrong.
Result<void> check_image_pattern(std::string_view pattern);

/// `image`: a name in its one form (`ImageReference::text`), or an id, which says not which image it is: only "**" and
/// a pattern of the id itself mean one.
bool matches_image(std::string_view pattern, std::string_view image);

/// A folder or file of the engine's machine with all that is below it, "/srv/data" or "/srv/data:ro"; or volumes by
/// their names, "cache-*". `*` and `?` never stand for a '/'.
struct MountRule {
    std::string source; ///< without a slash at its end
    bool read_only = false;

    bool is_path() const { return source.starts_with('/'); }
};

/// Failures: bad_arguments.
Result<MountRule> parse_mount_rule(std::string_view text);

/// Whether the rule is about this path (in its normal form), or this volume's name.
bool covers(const MountRule& rule, std::string_view source);

/// Ports of the engine's machine: "8080", "8000-8999" or "*", each with an address before it where only that one is
/// meant: "127.0.0.1:*", "[::1]:80".
struct PortRule {
    std::string address; ///< empty: any
    std::uint16_t first = 0;
    std::uint16_t last = 65'535;

    bool operator==(const PortRule&) const = default;
};

/// Failures: bad_arguments.
Result<PortRule> parse_port_rule(std::string_view text);

/// `port`: nothing where the engine may choose one, which only "*" allows.
bool allows(const PortRule& rule, std::string_view address, std::optional<std::uint16_t> port);

} // namespace forager
