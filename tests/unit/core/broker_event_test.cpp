#include "core/broker_event.hpp"

#include <doctest/doctest.h>

using namespace forager;

TEST_CASE("an event names a broker and a pattern, or a stream")
{
    const auto channel = BrokerEvent::parse("redis:orders.*").value();
    REQUIRE(channel);
    CHECK(channel->broker == "redis");
    CHECK(channel->pattern == "orders.*");
    CHECK_FALSE(channel->is_stream);
    CHECK(BrokerEvent::parse("mqtt:a/+/b").value()->broker == "mqtt");
    const auto stream = BrokerEvent::parse("redis-stream:a:b").value();
    REQUIRE(stream);
    CHECK(stream->broker == "redis");
    CHECK(stream->pattern == "a:b");
    CHECK(stream->is_stream);
}

TEST_CASE("other sources' events are none of a broker's")
{
    CHECK_FALSE(BrokerEvent::parse("file:/a").value());
    CHECK_FALSE(BrokerEvent::parse("rediss:a").value());
    CHECK_FALSE(BrokerEvent::parse("").value());
}

TEST_CASE("an event without a pattern is refused")
{
    CHECK(BrokerEvent::parse("redis:").has_error());
    CHECK(BrokerEvent::parse("redis").has_error());
    CHECK(BrokerEvent::parse("redis-stream:").has_error());
}
