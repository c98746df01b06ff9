#include "app/agent/settings_words.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

using namespace forager;

TEST_CASE("settings that are not enforced are refused, and told where they stand")
{
    config::Settings settings;
    CHECK(only_what_is_enforced(settings));
    settings.permissions.emplace_back();
    const auto refused = only_what_is_enforced(settings);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::bad_arguments);
    CHECK(refused.error().message.find("forager config explain") != std::string::npos);
}

TEST_CASE("a configuration that is another one by now, or that cannot be read, is warned of")
{
    const AgentLog log{config::LogFormat::text, config::LogLevel::warning};
    const config::Settings in_force;
    tell_of_changes(in_force, in_force, log);
    CHECK(log.lines(LogLevel::warning) == 0);
    config::Settings others;
    others.agent.concurrency = in_force.agent.concurrency + 1;
    tell_of_changes(in_force, others, log);
    CHECK(log.lines(LogLevel::warning) == 1);
    tell_of_changes(in_force, Failure{Errc::refused, "it cannot be read"}, log);
    CHECK(log.lines(LogLevel::warning) == 2);
}
