// Where an MQTT broker is, and who the agent is to it. Pure.
#pragma once

#include "core/failure.hpp"
#include "io/url.hpp"

#include <string>
#include <string_view>

namespace forager::mqtt {

struct Address {
    Url place; ///< http for plain TCP, https for TLS
    std::string user;
    std::string password; ///< shown by nothing

    Address() = default;

    /// The broker for messages: without user and password.
    std::string shown() const { return place.peer(); }
};

/// mqtt://[USER[:PASSWORD]@]HOST[:PORT] (1883), mqtts:// with TLS (8883). Failures: bad_arguments, with a sentence that
/// never repeats a password.
Result<Address> parse_address(std::string_view text);

} // namespace forager::mqtt
