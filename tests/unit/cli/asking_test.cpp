#include "cli/asking.hpp"

#include "temp_folder.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::cli;
using forager::test::TempFolder;

namespace {

config::Configuration with_socket(const std::string& path, const std::string& from)
{
    config::Configuration configuration;
    configuration.settings.agent.socket = path;
    configuration.origins.push_back({"agent.socket", path, from});
    return configuration;
}

} // namespace

TEST_CASE("a user without an agent of his own asks the service's, where he is let in")
{
    const TempFolder folder;
    const std::string own = folder.at("own");
    const std::string service = folder.at("service");
    CHECK(socket_to_ask(with_socket(own, "default"), service) == own);
    folder.write("service", "");
    CHECK(socket_to_ask(with_socket(own, "default"), service) == service);
    CHECK(socket_to_ask(with_socket(own, "environment FORAGER_AGENT_SOCKET"), service) == own);
    folder.write("own", "");
    CHECK(socket_to_ask(with_socket(own, "default"), service) == own);
}

TEST_CASE("a cell of a table is one line, whatever its text holds")
{
    CHECK(table({{"ID", "NOTE"}, {"1", "one\ntwo\tthree"}}) == "ID  NOTE\n1   one two three\n");
}

TEST_CASE("a cell that is very long shifts its own line and no other")
{
    const std::string name(255, 'n');
    CHECK(table({{"NAME", "SIZE"}, {"short", "1 B"}, {name, "2 B"}}) == "NAME   SIZE\nshort  1 B\n" + name + "  2 B\n");
}

TEST_CASE("moments are shown as people read them, and other text as it is")
{
    const Value object = Object{{"at", "2026-11-24T18:22:26.042Z"}, {"odd", "soon"}};
    CHECK(time_text(object, "at") == "2026-11-24 18:22:26 UTC");
    CHECK(time_text(object, "odd") == "soon");
    CHECK(time_text(object, "none").empty());
}
