#include "config/configuration.hpp"

#include "config_world.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::config;
using forager::test::ConfigWorld;

namespace {

using Lines = std::vector<std::string>;
using Perms = std::filesystem::perms;

constexpr std::string_view password = "hunter2-of-the-tests";

void allow_all_to_read(const std::string& path)
{
    std::filesystem::permissions(path, Perms::group_read | Perms::others_read, std::filesystem::perm_options::add);
}

Value shown(const Configuration& configuration, std::string_view key)
{
    return std::ranges::find(configuration.origins, key, &Origin::key)->value;
}

} // namespace

TEST_CASE("a secret may stand in a file of its own, beside the configuration")
{
    ConfigWorld world;
    const std::string key(64, '5');
    world.write("etc/keys/owner", "  " + key + "\n");
    world.write_main("[colony]\nowner_key_file = 'keys/owner'\nhost = 'h'\nname = 'c'");
    const Configuration configuration = world.read();
    CHECK(configuration.settings.colony.owner_key.reveal() == key);
    CHECK(configuration.warnings.empty());
    CHECK(world.origin_of("colony.owner_key") == "etc/forager.toml:2");
    CHECK(shown(configuration, "colony.owner_key") == Value{"(hidden)"});
    CHECK(shown(configuration, "colony.key") == Value{""});
}

TEST_CASE("a variable may name the file of a secret")
{
    ConfigWorld world;
    world.sources.environment["FORAGER_S3_SECRET_KEY_FILE"] = world.write("key", "abc");
    CHECK(world.settings().s3.secret_key.reveal() == "abc");
}

TEST_CASE("a file of a secret that is not used any more need not be there")
{
    ConfigWorld world;
    world.write_main("[redis]\npassword_file = 'missing'");
    CHECK(world.problems() == Lines{"etc/forager.toml:2:1: redis.password: cannot read etc/missing: no such file or "
                                    "directory."});
    world.sources.environment["REDIS_PASSWORD"] = "other";
    CHECK(world.settings().redis.password.reveal() == "other");
}

TEST_CASE("a file of a secret that holds none is a problem")
{
    ConfigWorld world;
    world.write("etc/empty", " \n");
    CHECK(world.problems_of("[redis]\npassword_file = 'empty'") ==
          Lines{"etc/forager.toml:2:1: redis.password: etc/empty is empty"});
    CHECK(world.problems_of("[redis]\npassword_file = 7") ==
          Lines{"etc/forager.toml:2:1: redis.password_file must be a path, not 7"});
    CHECK(world.problems_of("[redis]\npassword = 'a'\npassword_file = 'b'") ==
          Lines{"etc/forager.toml:3:1: 'password_file' stands beside 'password': give one of them"});
    world.write("etc/long", std::string(100'000, 'x'));
    CHECK(world.problems_of("[redis]\npassword_file = 'long'").size() == 1);
}

TEST_CASE("a secret that others can read is worth a warning")
{
    ConfigWorld world;
    world.write_main("[redis]\npassword_file = 'password'");
    allow_all_to_read(world.write("etc/password", "abc"));
    REQUIRE(world.warnings().size() == 1);
    CHECK(world.without_folder(world.warnings()[0]) ==
          "etc/forager.toml:2:1: others can read etc/password, which holds redis.password: chmod 600 would end that");
    world.write_main("[redis]\npassword = 'abc'");
    CHECK(world.warnings().empty());
    allow_all_to_read(world.folder.at("etc/forager.toml"));
    REQUIRE(world.warnings().size() == 1);
    CHECK(world.without_folder(world.warnings()[0]) ==
          "etc/forager.toml:2:1: everybody can read redis.password here: put it into a file of its own");
}

TEST_CASE("credentials of systemd are found by the key's name, and their guard is systemd's")
{
    ConfigWorld world;
    allow_all_to_read(world.write("credentials/http.token", "abc\n"));
    world.sources.environment["CREDENTIALS_DIRECTORY"] = world.folder.at("credentials");
    CHECK(world.settings().http.token.reveal() == "abc");
    CHECK(world.warnings().empty());
}

TEST_CASE("no message repeats a secret")
{
    const std::string text{password};
    for (const std::string& content :
         {"[colony]\nkey = ['" + text + "']", "[colony]\nkey = true" + text, "[colony]\nkey = " + text,
          "[colony]\nkey = '" + text, "[redis]\nurl = 'reddis://u:" + text + "@h'", "[redis]\nurl = ['" + text + "']",
          "[postgres]\npassword = { a = '" + text + "' }", "[http]\ntoken = '" + text + "' '" + text + "'"}) {
        INFO(content);
        const Lines problems = ConfigWorld{}.problems_of(content);
        REQUIRE_FALSE(problems.empty());
        for (const std::string& problem : problems)
            CHECK(problem.find("hunter2") == problem.npos);
    }
    ConfigWorld world;
    world.sources.environment["FORAGER_REDIS_URL"] = "nowhere://u:" + text + "@h";
    CHECK(world.problems()[0].find("hunter2") == std::string::npos);
}

TEST_CASE("a URL is shown without user and password")
{
    ConfigWorld world;
    world.write_main("[redis]\nurl = 'redis://u:pa/ss@word@h:1/0'\n[s3]\nendpoint = 'https://u:secret@h'");
    const Configuration configuration = world.read();
    CHECK(configuration.settings.redis.url == "redis://u:pa/ss@word@h:1/0");
    CHECK(shown(configuration, "redis.url") == Value{"redis://(hidden)@h:1/0"});
    CHECK(shown(configuration, "s3.endpoint") == Value{"https://(hidden)@h"});
}
