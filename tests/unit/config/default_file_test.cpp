#include "config/default_file.hpp"

#include "base/text.hpp"
#include "config/table.hpp"
#include "config_world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::config;
using forager::test::ConfigWorld;

namespace {

// Comments have a blank behind their mark, keys have none.
std::string uncommented()
{
    const std::string commented = default_file();
    std::string text;
    for (std::string_view line : split(commented, '\n')) {
        if (line.starts_with('#') && !line.starts_with("# "))
            line.remove_prefix(1);
        text += std::string{line} + "\n";
    }
    return text;
}

void replace(std::string& text, std::string_view part, std::string_view by)
{
    const std::size_t at = text.find(part);
    REQUIRE(at != text.npos);
    text.replace(at, part.size(), by);
}

} // namespace

TEST_CASE("the default file as it is changes nothing")
{
    ConfigWorld world;
    world.write_main(default_file());
    CHECK(world.settings() == Settings{});
}

TEST_CASE("the default file without its comment marks sets every key to its default")
{
    ConfigWorld world;
    std::string text = uncommented();
    replace(text, "scripts = []", "scripts = ['/a.lua']");         // of a permission, which must bind something
    const std::size_t registry = text.find("[[docker.registry]]"); // which must be of some host
    text.replace(text.find("host = \"\"", registry), 9, "host = 'r'");
    world.write_main(text);
    const Configuration configuration = world.read();
    Settings expected;
    expected.executors.resize(1);
    expected.permissions.resize(1);
    expected.permissions[0].scripts = {"/a.lua"};
    expected.docker.policies.resize(1);
    expected.docker.registries = {{"r", "", {}}};
    CHECK(configuration.settings == expected);
    for (const Origin& origin : configuration.origins) {
        INFO(origin.key);
        CHECK(origin.from != "default");
    }
}

TEST_CASE("the lines of the default file are short enough to read")
{
    const std::string text = default_file();
    for (const std::string_view line : split(text, '\n'))
        CHECK(line.size() <= 111);
}
