// What a container shall be, and how the engine is told. Pure.
#pragma once

#include "base/time.hpp"
#include "clients/docker/pairs.hpp"
#include "core/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace forager::docker {

struct Mount {
    enum class Kind { bind, volume, tmpfs } kind = Kind::bind;
    std::string source; ///< a path of the engine's machine, or a volume's name; empty for tmpfs
    std::string target; ///< a path in the container
    bool read_only = false;
    bool makes_source = false; ///< of bind: a folder that is not there is made, root's; not where a path has a colon

    bool operator==(const Mount&) const = default;
};

/// A port of the container, reached from outside.
struct Port {
    std::uint16_t container = 0;
    std::string protocol = "tcp";
    std::string address;               ///< of the engine's machine; empty: all
    std::optional<std::uint16_t> host; ///< nothing: any free one

    bool operator==(const Port&) const = default;
};

struct Restart {
    std::string policy = "no"; ///< no, on-failure, always, unless-stopped
    int most = 0;              ///< of on-failure; 0: without end
    bool operator==(const Restart&) const = default;
};

/// How the engine finds out whether a container is well, instead of the image's own way.
struct HealthTest {
    Words command; ///< in the container, by no shell; well when it ends with 0
    Duration interval{};
    Duration timeout{};
    int retries = 0; ///< so many failures in a row make it unhealthy
    bool operator==(const HealthTest&) const = default;
};

/// What is empty is the image's own, or the engine's.
struct ContainerSpec {
    std::string image;
    std::string name;
    std::optional<Words> command;
    std::optional<Words> entrypoint;
    Pairs env;
    Pairs labels;
    std::string user;
    std::string cwd;
    std::string hostname;
    std::string network;  ///< a network's name, "none", "host", "container:ID"
    Words aliases;        ///< its names in that network, which must be one of people's own
    std::string platform; ///< "linux/arm64"
    std::vector<Mount> mounts;
    std::vector<Port> ports;
    Restart restart;
    std::optional<HealthTest> health;
    std::optional<std::uint64_t> memory;   ///< bytes, without swap beyond them
    std::optional<double> cpus;            ///< cores' worth of time
    std::optional<std::int64_t> pids;      ///< processes and threads
    std::optional<std::uint64_t> shm_size; ///< bytes of /dev/shm
    std::optional<std::int64_t> gpus;      ///< how many; -1: all
    Words cap_add;
    Words cap_drop;
    bool read_only = false; ///< the root file system
    bool privileged = false;
    bool new_privileges = false; ///< whether setuid programs may raise them
    bool init = false;           ///< a small init process reaps what is orphaned
    bool tty = false;
    bool stdin = false; ///< open until one who attached to it goes

    ContainerSpec() = default;
};

/// The body of POST /containers/create.
Object to_body(const ContainerSpec& spec);

} // namespace forager::docker
