// MQTT 5 as bytes, without I/O: what the agent says, and what a broker says, taken apart. Source: MQTT Version 5.0,
// OASIS Standard, chapters 2 and 3.
#pragma once

#include "core/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forager::mqtt {

enum class Kind : std::uint8_t {
    connect = 1,
    connack = 2,
    publish = 3,
    puback = 4,
    subscribe = 8,
    suback = 9,
    unsubscribe = 10,
    unsuback = 11,
    pingreq = 12,
    pingresp = 13,
    disconnect = 14,
};

struct Packet {
    Kind kind = Kind::connect;
    std::uint8_t flags = 0;
    std::string body; ///< behind the fixed header

    Packet() = default;
};

class PacketReader {
public:
    /// `limit`: bytes of one packet.
    explicit PacketReader(std::size_t limit) : limit_{limit} {}

    void feed(std::string_view bytes) { bytes_ += bytes; }

    /// The next whole packet; nothing when more is needed. Failures: refused (it is no MQTT), limit. Nothing comes
    /// after a failure.
    Result<std::optional<Packet>> next();

private:
    std::size_t limit_;
    std::string bytes_;
    std::size_t at_ = 0; // what is before has been taken
};

/// Who the agent is.
struct Introduction {
    std::string client_id;
    std::string user;
    std::string password;
    std::uint16_t keep_alive = 0; ///< seconds of silence after which the broker gives it up; 0: never
    std::uint32_t most_bytes = 0; ///< of one packet that it takes

    Introduction() = default;
};

// What the agent says. Numbers of packets are never 0. A topic has at most 65,535 bytes.

std::string connect_packet(const Introduction& who);
std::string publish_packet(std::uint16_t number, std::string_view topic, std::string_view payload); ///< to be answered
std::string puback_packet(std::uint16_t number);
/// `identifier` comes with each message that fits.
std::string subscribe_packet(std::uint16_t number, std::string_view filter, std::uint32_t identifier);
std::string unsubscribe_packet(std::uint16_t number, std::string_view filter);
std::string ping_packet();

/// What a broker says of something that it was told: of a connection, a publication, a subscription.
struct Answer {
    std::uint16_t number = 0;        ///< of the packet; 0 for connections
    std::uint8_t code = 0;           ///< from 128 on a no
    std::string reason;              ///< the broker's words, or the standard's
    std::uint16_t receives = 65'535; ///< of a connection: how many publications it takes unanswered

    Answer() = default;
    bool is_refusal() const { return code >= 128; }
};

/// Of a connack, puback, suback, unsuback or disconnect. Failures: refused (it is none).
Result<Answer> answer_in(const Packet& packet);

struct Arrival {
    std::string topic;
    std::string payload;
    std::uint16_t number = 0;               ///< to be answered; 0: it is not
    std::vector<std::uint32_t> identifiers; ///< of the subscriptions that it fits

    Arrival() = default;
};

/// Of a publish. Failures: refused (it is none).
Result<Arrival> arrival_in(const Packet& packet);

} // namespace forager::mqtt
