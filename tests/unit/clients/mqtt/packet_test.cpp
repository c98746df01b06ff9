#include "clients/mqtt/address.hpp"
#include "clients/mqtt/packet.hpp"
#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::mqtt;
using namespace std::string_literals;

namespace {

// The packets in these bytes, fed in pieces of this size.
std::vector<Packet> packets_in(const std::string& bytes, std::size_t piece)
{
    PacketReader reader{1000};
    std::vector<Packet> packets;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        reader.feed(std::string_view{bytes}.substr(at, piece));
        while (auto packet = reader.next().value())
            packets.push_back(std::move(*packet));
    }
    return packets;
}

Packet packet(Kind kind, std::string body, std::uint8_t flags = 0)
{
    Packet made;
    made.kind = kind;
    made.flags = flags;
    made.body = std::move(body);
    return made;
}

} // namespace

TEST_CASE("an address says where, with what protection, and who")
{
    CHECK(parse_address("mqtt://a").value().shown() == "a:1883");
    CHECK(parse_address("mqtts://a").value().shown() == "a:8883");
    const auto full = parse_address("mqtt://ann:secret@[::1]:7/").value();
    CHECK(full.place.port == 7);
    CHECK(full.user == "ann");
    CHECK(full.password == "secret");
    for (const char* wrong : {"", "a", "http://a", "mqtt://", "mqtt://ann:secret@a/topic", "mqtt://ann:secret@a:x"}) {
        const auto refused = parse_address(wrong);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().message.find("secret") == std::string::npos);
    }
}

TEST_CASE("what the agent says is as the standard has it")
{
    Introduction who;
    who.client_id = "box";
    who.user = "ann";
    who.password = "word";
    who.keep_alive = 20;
    CHECK(connect_packet(who) == "\x10\x1b\0\4MQTT\5\xc2\0\x14\0\0\3box\0\3ann\0\4word"s);
    CHECK(publish_packet(258, "a/b", "xy") == "\x32\x0a\0\3a/b\1\2\0xy"s);
    CHECK(subscribe_packet(1, "a/#", 200) == "\x82\x0c\0\1\3\x0b\xc8\1\0\3a/#\1"s);
    CHECK(unsubscribe_packet(1, "a") == "\xa2\6\0\1\0\0\1a"s);
    CHECK(puback_packet(7) == "\x40\2\0\7"s);
    CHECK(ping_packet() == "\xc0\0"s);
    CHECK(publish_packet(1, "a", std::string(200, 'x')).substr(0, 3) == "\x32\xce\1"s);
}

TEST_CASE("packets come out, however their bytes are cut")
{
    const std::string bytes = "\xd0\0"s + publish_packet(1, "a", std::string(300, 'x')) + "\x40\2\0\7"s;
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
        const auto packets = packets_in(bytes, piece);
        REQUIRE(packets.size() == 3);
        CHECK(packets[0].kind == Kind::pingresp);
        CHECK(arrival_in(packets[1]).value().payload == std::string(300, 'x'));
        CHECK(answer_in(packets[2]).value().number == 7);
    }
}

TEST_CASE("what is too large, and what is no packet, is refused")
{
    PacketReader large{10};
    large.feed("\x30\x0b"s);
    CHECK(large.next().error().code == Errc::limit);
    PacketReader wrong{10};
    wrong.feed("\x30\xff\xff\xff\xff\1"s);
    CHECK(wrong.next().error().code == Errc::refused);
}

TEST_CASE("a message says which subscriptions it fits, and whether it wants an answer")
{
    const auto arrival = arrival_in(packet(Kind::publish, "\0\1a\1\2\4\x0b\5\x0b\6hi\0"s, 0x02)).value();
    CHECK(arrival.topic == "a");
    CHECK(arrival.number == 258);
    CHECK(arrival.identifiers == std::vector<std::uint32_t>{5, 6});
    CHECK(arrival.payload == "hi\0"s);
    CHECK(arrival_in(packet(Kind::publish, "\0\1a\0"s)).value().number == 0);
    for (const std::string& cut : {""s, "\0"s, "\0\5a"s, "\0\1a\5"s, "\0\1a\2\x7f\1"s})
        CHECK_FALSE(arrival_in(packet(Kind::publish, cut)));
}

TEST_CASE("an answer is a yes, or a no in words")
{
    const auto welcome = answer_in(packet(Kind::connack, "\0\0\3\x21\0\x14"s)).value();
    CHECK_FALSE(welcome.is_refusal());
    CHECK(welcome.receives == 20);
    CHECK(answer_in(packet(Kind::connack, "\0\x86\0"s)).value().reason == "bad user name or password");
    const auto refused = answer_in(packet(Kind::suback, "\0\7\5\x1f\0\2no\x87"s)).value();
    CHECK(refused.number == 7);
    CHECK(refused.is_refusal());
    CHECK(refused.reason == "no");
    CHECK_FALSE(answer_in(packet(Kind::puback, "\0\7"s)).value().is_refusal());
    CHECK(answer_in(packet(Kind::puback, "\0\7\x87"s)).value().reason == "not authorized");
    CHECK_FALSE(answer_in(packet(Kind::suback, "\0"s)));
    CHECK_FALSE(answer_in(packet(Kind::publish, "\0\1a\0"s)));
}
