#include "clients/mqtt/packet.hpp"

#include "base/text.hpp"

#include <array>
#include <utility>

namespace forager::mqtt {

namespace {

constexpr std::size_t compact_at = std::size_t{64} * 1024;

// Properties, section 2.2.2.2.
constexpr std::uint8_t reason_string = 0x1F;
constexpr std::uint8_t receive_maximum = 0x21;
constexpr std::uint8_t maximum_packet_size = 0x27;
constexpr std::uint8_t subscription_identifier = 0x0B;

char byte(std::size_t value)
{
    return static_cast<char>(static_cast<unsigned char>(value & 0xFFU));
}

std::string two(std::size_t number)
{
    return {byte(number >> 8U), byte(number)};
}

std::string variable(std::size_t number)
{
    std::string text;
    do {
        const std::size_t rest = number >> 7U;
        text += byte((number & 0x7FU) | (rest > 0 ? 0x80U : 0U));
        number = rest;
    } while (number > 0);
    return text;
}

std::string counted(std::string_view text)
{
    return two(text.size()) + std::string{text};
}

std::string packet(Kind kind, std::uint8_t flags, const std::string& body)
{
    return byte((static_cast<std::size_t>(kind) << 4U) | flags) + variable(body.size()) + body;
}

// Reads a body from its beginning; a wrong one is noticed once, at the end.
class Body {
public:
    explicit Body(std::string_view bytes) : bytes_{bytes} {}

    std::size_t number(std::size_t size)
    {
        std::size_t value = 0;
        for (const char one : take(size))
            value = (value << 8U) | static_cast<unsigned char>(one);
        return value;
    }

    std::size_t variable_number()
    {
        std::size_t value = 0;
        for (unsigned shift = 0; shift <= 21; shift += 7) {
            const std::size_t one = number(1);
            value |= (one & 0x7FU) << shift;
            if ((one & 0x80U) == 0)
                return value;
        }
        wrong_ = true;
        return 0;
    }

    std::string_view text() { return take(number(2)); }

    std::string_view take(std::size_t size)
    {
        if (size > bytes_.size())
            wrong_ = true;
        const std::string_view taken = wrong_ ? std::string_view{} : bytes_.substr(0, size);
        bytes_.remove_prefix(taken.size());
        return taken;
    }

    std::string_view rest() { return take(bytes_.size()); }
    bool empty() const { return bytes_.empty() || wrong_; }
    bool is_wrong() const { return wrong_; }
    void refuse() { wrong_ = true; }

private:
    std::string_view bytes_;
    bool wrong_ = false;
};

struct Properties {
    std::string reason;
    std::optional<std::uint16_t> receives;
    std::vector<std::uint32_t> identifiers;
};

void skip_property(Body& body, std::size_t kind)
{
    switch (kind) {
    case 0x01:
    case 0x17:
    case 0x19:
    case 0x24:
    case 0x25:
    case 0x28:
    case 0x29:
    case 0x2A: (void)body.take(1); break;
    case 0x13:
    case 0x22:
    case 0x23: (void)body.take(2); break;
    case 0x02:
    case 0x11:
    case 0x18:
    case 0x27: (void)body.take(4); break;
    case 0x03:
    case 0x08:
    case 0x09:
    case 0x12:
    case 0x15:
    case 0x16:
    case 0x1A:
    case 0x1C: (void)body.text(); break;
    case 0x26:
        (void)body.text();
        (void)body.text();
        break;
    default: body.refuse();
    }
}

Properties take_properties(Body& body)
{
    Properties properties;
    Body list{body.take(body.variable_number())};
    while (!list.empty()) {
        const std::size_t kind = list.number(1);
        if (kind == reason_string)
            properties.reason = list.text();
        else if (kind == receive_maximum)
            properties.receives = static_cast<std::uint16_t>(list.number(2));
        else if (kind == subscription_identifier)
            properties.identifiers.push_back(static_cast<std::uint32_t>(list.variable_number()));
        else
            skip_property(list, kind);
    }
    if (list.is_wrong())
        body.refuse();
    return properties;
}

// Section 2.4, those that an agent can meet.
std::string words_of(std::uint8_t code)
{
    constexpr std::array<std::pair<std::uint8_t, std::string_view>, 12> known = {
        {{0x80, "unspecified error"},
         {0x84, "it does not speak MQTT 5"},
         {0x85, "the client's id is not valid"},
         {0x86, "bad user name or password"},
         {0x87, "not authorized"},
         {0x88, "the server is unavailable"},
         {0x89, "the server is busy"},
         {0x8A, "banned"},
         {0x8B, "the server is shutting down"},
         {0x8E, "another client has taken over the id"},
         {0x95, "the packet is too large"},
         {0x97, "the quota is exceeded"}}};
    for (const auto& [one, words] : known)
        if (one == code)
            return std::string{words};
    return "code " + std::to_string(code);
}

Failure no_mqtt()
{
    return {Errc::refused, "it does not speak as an MQTT 5 broker does"};
}

} // namespace

Result<std::optional<Packet>> PacketReader::next()
{
    const std::string_view bytes = std::string_view{bytes_}.substr(at_);
    std::size_t size = 0;
    std::size_t head = 1; // bytes of the fixed header
    for (bool more = true; more; ++head) {
        constexpr std::size_t most = 4; // bytes of a length
        if (head > most)
            return no_mqtt();
        if (bytes.size() <= head)
            return std::optional<Packet>{};
        const auto one = static_cast<unsigned char>(bytes[head]);
        size |= std::size_t{one & 0x7FU} << (7 * (head - 1));
        more = (one & 0x80U) != 0;
    }
    if (size > limit_)
        return Failure{Errc::limit, "it sends more than " + bytes_text(limit_) + " at once"};
    if (bytes.size() < head + size)
        return std::optional<Packet>{};
    const auto first = static_cast<unsigned char>(bytes.front());
    Packet packet;
    packet.kind = static_cast<Kind>(first >> 4U);
    packet.flags = first & 0x0FU;
    packet.body = bytes.substr(head, size);
    at_ += head + size;
    if (at_ >= compact_at || at_ == bytes_.size()) {
        bytes_.erase(0, at_);
        at_ = 0;
    }
    return std::optional{std::move(packet)};
}

std::string connect_packet(const Introduction& who)
{
    constexpr std::size_t version = 5;
    constexpr std::size_t clean_start = 0x02;
    const std::size_t flags = clean_start | (who.user.empty() ? 0U : 0x80U) | (who.password.empty() ? 0U : 0x40U);
    std::string properties;
    if (who.most_bytes != 0)
        properties = byte(maximum_packet_size) + two(who.most_bytes >> 16U) + two(who.most_bytes);
    std::string body = counted("MQTT") + byte(version) + byte(flags) + two(who.keep_alive);
    body += variable(properties.size()) + properties + counted(who.client_id);
    if (!who.user.empty())
        body += counted(who.user);
    if (!who.password.empty())
        body += counted(who.password);
    return packet(Kind::connect, 0, body);
}

std::string publish_packet(std::uint16_t number, std::string_view topic, std::string_view payload)
{
    constexpr std::uint8_t at_least_once = 0x02;
    return packet(Kind::publish, at_least_once, counted(topic) + two(number) + byte(0) + std::string{payload});
}

std::string puback_packet(std::uint16_t number)
{
    return packet(Kind::puback, 0, two(number));
}

std::string subscribe_packet(std::uint16_t number, std::string_view filter, std::uint32_t identifier)
{
    constexpr std::size_t at_least_once = 0x01;
    const std::string property = byte(subscription_identifier) + variable(identifier);
    return packet(Kind::subscribe, 0x02,
                  two(number) + variable(property.size()) + property + counted(filter) + byte(at_least_once));
}

std::string unsubscribe_packet(std::uint16_t number, std::string_view filter)
{
    return packet(Kind::unsubscribe, 0x02, two(number) + byte(0) + counted(filter));
}

std::string ping_packet()
{
    return packet(Kind::pingreq, 0, "");
}

Result<Answer> answer_in(const Packet& packet)
{
    Body body{packet.body};
    Answer answer;
    Properties properties;
    switch (packet.kind) {
    case Kind::connack:
        (void)body.take(1); // whether there is a session, which there never is
        answer.code = static_cast<std::uint8_t>(body.number(1));
        properties = take_properties(body);
        break;
    case Kind::puback: // without more it is a yes
        answer.number = static_cast<std::uint16_t>(body.number(2));
        answer.code = body.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(body.number(1));
        properties = body.empty() ? Properties{} : take_properties(body);
        break;
    case Kind::suback:
    case Kind::unsuback: // one code for each filter, and there is one
        answer.number = static_cast<std::uint16_t>(body.number(2));
        properties = take_properties(body);
        answer.code = static_cast<std::uint8_t>(body.number(1));
        break;
    case Kind::disconnect:
        answer.code = body.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(body.number(1));
        properties = body.empty() ? Properties{} : take_properties(body);
        break;
    default: body.refuse();
    }
    if (body.is_wrong())
        return no_mqtt();
    answer.reason = properties.reason.empty() ? words_of(answer.code) : printable(properties.reason);
    answer.receives = properties.receives.value_or(answer.receives);
    return answer;
}

Result<Arrival> arrival_in(const Packet& packet)
{
    Body body{packet.body};
    Arrival arrival;
    arrival.topic = body.text();
    if ((packet.flags & 0x06U) != 0)
        arrival.number = static_cast<std::uint16_t>(body.number(2));
    arrival.identifiers = take_properties(body).identifiers;
    arrival.payload = body.rest();
    if (body.is_wrong() || packet.kind != Kind::publish)
        return no_mqtt();
    return arrival;
}

} // namespace forager::mqtt
