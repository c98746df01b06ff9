// What is known of one container at a moment, out of the engine's list and out of its events. Pure.
#pragma once

#include "clients/docker/events.hpp"
#include "clients/docker/pairs.hpp"
#include "core/value.hpp"
#include "ports/monitors.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace forager::monitoring {

struct Sighting {
    std::string id;
    std::string name;
    std::string image;
    docker::Pairs labels;
    std::string status; ///< as the engine says: created, running, paused, restarting, removing, exited, dead
    std::string health; ///< starting, healthy, unhealthy; empty: it has no check, or none was heard of
    std::optional<std::int64_t> exit_code;
    bool oom_killed = false;
    std::int64_t time = 0; ///< of the event that changed it last, nanoseconds since 1970; 0: it was seen in a list

    bool listed = false; ///< since it was started last: an empty `health` means that it has no check

    bool running() const { return status == "running" || status == "paused" || status == "restarting"; }
};

/// An entry of the engine's list.
Sighting sighting_of(const Object& listed);

/// What an event says of a container that was not known.
Sighting sighting_of(const docker::Event& event);

/// Whether the event says what state its container is in, or, of what is known of a container, anything at all.
bool tells_status(const docker::Event& event);
bool tells_anything(const docker::Event& event);

/// The container after the event.
void apply(Sighting& sighting, const docker::Event& event);

/// Whether it is among these, by its prefix and labels.
bool fits(const MonitoredContainers& of, const Sighting& sighting);

/// { id, name, image, labels }
Object container_of(const Sighting& sighting);

} // namespace forager::monitoring
