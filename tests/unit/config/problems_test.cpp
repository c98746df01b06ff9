#include "config/configuration.hpp"

#include "config_world.hpp"
#include "other_user.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

using namespace forager;
using namespace forager::config;
using forager::test::ConfigWorld;

namespace {

using Lines = std::vector<std::string>;

std::string problem_of(std::string_view content)
{
    const Lines problems = ConfigWorld{}.problems_of(content);
    INFO(content);
    REQUIRE(problems.size() == 1);
    return problems[0];
}

} // namespace

TEST_CASE("a key that there is not is named with its place, and the nearest or where it belongs")
{
    CHECK(problem_of("[agent]\n  concurency = 1") ==
          "etc/forager.toml:2:3: there is no key 'concurency' in [agent]; did you mean 'concurrency'?");
    CHECK(problem_of("[agent]\nbucket = 1") ==
          "etc/forager.toml:2:1: there is no key 'bucket' in [agent]; it is a key of [s3]");
    CHECK(problem_of("[broker]\nfrobnicate = 1") == "etc/forager.toml:2:1: there is no key 'frobnicate' in [broker]; "
                                                    "there are channels, streams, buffer and at_once");
    CHECK(problem_of("[colony]\nowner_key_fiel = 1") ==
          "etc/forager.toml:2:1: there is no key 'owner_key_fiel' in [colony]; did you mean 'owner_key_file'?");
    CHECK(problem_of("[agent]\n'odd \\n name'.x = 1").starts_with("etc/forager.toml:2:1: there is no key 'odd"));
}

TEST_CASE("a section that there is not is named with its place, and the nearest or where it belongs")
{
    CHECK(problem_of("\n[colny]\nhost = 1") ==
          "etc/forager.toml:2:2: there is no section 'colny'; did you mean [colony]?");
    CHECK(problem_of("[[executer]]") ==
          "etc/forager.toml:1:3: there is no section 'executer'; did you mean [[executor]]?");
    CHECK(problem_of("concurrency = 1") ==
          "etc/forager.toml:1:1: there is no section 'concurrency'; it is a key of [agent]");
    CHECK(problem_of("\"\" = 1").starts_with("etc/forager.toml:1:1: there is no section ''"));
}

TEST_CASE("a section is written as what it is")
{
    CHECK(problem_of("[executor]\ntype = 'a'") == "etc/forager.toml:1:2: 'executor' is a section: write [[executor]]");
    CHECK(problem_of("[[agent]]") == "etc/forager.toml:1:3: 'agent' is a section: write [agent]");
    CHECK(problem_of("agent = 1") == "etc/forager.toml:1:1: 'agent' is a section: write [agent]");
    CHECK(problem_of("executor = [1]") == "etc/forager.toml:1:13: 'executor[1]' is a section: write [[executor]]");
}

TEST_CASE("a value of the wrong type or out of range is told with what it must be")
{
    CHECK(problem_of("[agent]\nconcurrency = '3'") ==
          "etc/forager.toml:2:1: agent.concurrency must be a whole number from 1 to 100000, not \"3\"");
    CHECK(problem_of("[agent]\nconcurrency = 0") ==
          "etc/forager.toml:2:1: agent.concurrency must be a whole number from 1 to 100000, not 0");
    CHECK(problem_of("[agent]\nname = 3.5") == "etc/forager.toml:2:1: agent.name must be text, not 3.5");
    CHECK(problem_of("[agent]\nstate_dir = ''") ==
          "etc/forager.toml:2:1: agent.state_dir must be a path that is not empty, not \"\"");
    CHECK(problem_of("[colony]\ntls = 1") == "etc/forager.toml:2:1: colony.tls must be true or false, not 1");
    CHECK(problem_of("[agent]\nlog = 'yaml'") ==
          "etc/forager.toml:2:1: agent.log must be \"auto\", \"text\", \"json\" or \"journald\", not \"yaml\"");
    CHECK(problem_of("[agent]\nscripts = ['a', 1]") ==
          "etc/forager.toml:2:1: agent.scripts must be a list of paths, not a list with something else in it");
    CHECK(problem_of("[agent]\nscripts = 'a'") ==
          "etc/forager.toml:2:1: agent.scripts must be a list of paths, not \"a\"");
    CHECK(problem_of("[agent]\ngrace = inf") ==
          "etc/forager.toml:2:1: agent.grace must be a duration from \"0s\" to \"1h\", not no finite number");
    CHECK(problem_of("[limits]\nmemory = '1KB'") ==
          "etc/forager.toml:2:1: limits.memory must be a size from \"1MB\" to \"64GB\", not \"1KB\"");
    CHECK(problem_of("[[executor]]\n[[executor]]\ntype = { a = 1 }") ==
          "etc/forager.toml:3:1: executor[2].type must be text that is not empty, not a table");
    CHECK(problem_of("[http]\nlisten = '127.0.0.1:66000'")
              .starts_with("etc/forager.toml:2:1: http.listen must be HOST:PORT"));
}

TEST_CASE("all problems of all files are told in one go")
{
    ConfigWorld world;
    world.write_main("[agent]\nnmae = 'x'\nconcurrency = -1\n[docker]\nhost = 'nowhere'");
    world.write("etc/conf.d/a.toml", "a = = 1");
    world.write("etc/conf.d/b.toml", "[limits]\ntasks = true");
    world.sources.environment["FORAGER_COLONY_PORT"] = "0";
    const auto configuration = read_configuration(world.sources);
    REQUIRE_FALSE(configuration.has_value());
    const Failure& failure = configuration.error();
    CHECK(failure.code == Errc::bad_arguments);
    CHECK(failure.declaration);
    CHECK(world.without_folder(failure.where) == "etc/forager.toml:2:1");
    CHECK(world.without_folder(failure.message) ==
          "there is no key 'nmae' in [agent]; did you mean 'name'?\n"
          "etc/forager.toml:3:1: agent.concurrency must be a whole number from 1 to 100000, not -1\n"
          "etc/forager.toml:5:1: docker.host must be a URL: \"unix://…\", \"tcp://…\", \"http://…\" or \"https://…\"\n"
          "etc/conf.d/a.toml:1:5: this is not TOML: Error while parsing value: could not determine value type.\n"
          "etc/conf.d/b.toml:2:1: limits.tasks must be a whole number from 1 to 10000000, not true\n"
          "environment FORAGER_COLONY_PORT: colony.port must be a whole number from 1 to 65535, not 0");
}

TEST_CASE("of a thousand problems a hundred are told")
{
    ConfigWorld world;
    std::string text = "[agent]\n";
    for (int i = 0; i < 1000; ++i)
        text += "x" + std::to_string(i) + " = 1\n";
    world.write_main(text);
    const Failure failure = read_configuration(world.sources).error();
    CHECK(std::ranges::count(failure.message, '\n') == 100);
    CHECK(failure.message.ends_with("\nand 900 more"));
}

TEST_CASE("values that need each other are told of at one of them")
{
    CHECK(problem_of("[http]\nlisten = '0.0.0.0:80'") ==
          "etc/forager.toml:2:1: http.listen lets other machines call: give http.token_file, and http.cert_file and "
          "http.key_file for TLS, or listen on 127.0.0.1");
    CHECK(problem_of("[http]\ncert_file = '/a'") ==
          "etc/forager.toml:2:1: http.cert_file and http.key_file belong together: give both");
    CHECK(problem_of("[[permission]]\nrun = ['ls']") ==
          "etc/forager.toml:1:1: this [[permission]] binds nothing: give its scripts");
    CHECK(problem_of("[agent]\nsocket = '/" + std::string(200, 'x') + "'") ==
          "etc/forager.toml:2:1: agent.socket is longer than a socket's path may be, 107 bytes: give a shorter one");
    CHECK(problem_of("[http]\nlisten = '127.example.org:80'").find("lets other machines call") != std::string::npos);
    for (const char* fine :
         {"[http]\nlisten = '[::1]:80'", "[http]\nlisten = 'localhost:80'", "[http]\nlisten = '127.0.0.2:80'"})
        CHECK(ConfigWorld{}.problems_of(fine).empty());
    const std::string everywhere = "[http]\nlisten = '0.0.0.0:80'\n";
    CHECK_FALSE(ConfigWorld{}.problems_of(everywhere + "token = 'x'").empty());
    CHECK_FALSE(ConfigWorld{}.problems_of(everywhere + "cert_file = '/c'\nkey_file = '/k'").empty());
    CHECK(ConfigWorld{}.problems_of(everywhere + "token = 'x'\ncert_file = '/c'\nkey_file = '/k'").empty());
}

TEST_CASE("a permission is not enforced yet, which is worth a warning")
{
    ConfigWorld world;
    CHECK(world.problems_of("[[permission]]\nscripts = ['a.lua']\nrun = ['ls']").empty());
    REQUIRE(world.warnings().size() == 1);
    CHECK(world.warnings()[0].find("forager.toml:1:1: [[permission]] is not enforced by this version") !=
          std::string::npos);
}

TEST_CASE("two executors of one name, or one key, are one too many")
{
    const std::string key = "key = '" + std::string(64, '5') + "'\n";
    const std::string colony = "[colony]\nhost = 'h'\nname = 'c'\n";
    const std::string owner = colony + "owner_" + key;
    CHECK(problem_of(owner + "[[executor]]\nname = 'a'\ntype = 'x'\n[[executor]]\ntype = 'y'\nname = 'a'") ==
          "etc/forager.toml:10:1: executor[2] has the name of executor[1]: give each executor a name of its own");
    CHECK(problem_of(owner + "[[executor]]\n[[executor]]\n") ==
          "etc/forager.toml:6:1: executor[2] has the type of executor[1], and neither has a name: give one of them a "
          "name");
    CHECK(problem_of(owner + "[[executor]]\nname = 'a'\n" + key + "[[executor]]\nname = 'b'\n" + key) ==
          "etc/forager.toml:10:1: executor[2] has the key of executor[1]: give each executor a key of its own");
    CHECK(problem_of(colony + key + "[[executor]]\nname = 'a'\n[[executor]]\nname = 'b'") ==
          "etc/forager.toml:7:1: executor[2] has the key of executor[1]: give each executor a key of its own");
    for (const char* fine :
         {"[[executor]]\nname = 'a'\n[[executor]]\nname = 'b'", "[[executor]]\ntype = 'x'\n[[executor]]\ntype = 'y'",
          "[[executor]]\nname = 'a'\n[[executor]]\n"})
        CHECK(ConfigWorld{}.problems_of(owner + fine).empty());
}

TEST_CASE("a key that is none is shown to nobody")
{
    const std::string colony = "[colony]\nhost = 'h'\nname = 'c'\n";
    for (const std::string& wrong : {std::string{"12"}, std::string(64, 'x'), std::string(66, '1')})
        CHECK(problem_of(colony + "owner_key = '" + wrong + "'") ==
              "etc/forager.toml:4:1: colony.owner_key is no private key: that has 64 hexadecimal digits; 'forager "
              "keygen' "
              "makes one");
    CHECK(problem_of(colony + "[[executor]]\nkey = 'mine'").find(":5:1: executor[1].key is no private key") !=
          std::string::npos);
    CHECK(ConfigWorld{}.problems_of(colony + "key = ' " + std::string(64, 'A') + " '").empty());
}

TEST_CASE("a colony's host is neither a URL nor has it a port")
{
    for (const char* host : {"http://127.0.0.1", "colonies.example.org:443", "[::1]", "h/api", "h ", "u@h"})
        CHECK(problem_of("[colony]\nhost = '" + std::string{host} + "'") ==
              "etc/forager.toml:2:1: colony.host must be a name or an address alone, like \"colonies.example.org\" or "
              "\"::1\" (the keys port and tls say the rest), not \"" +
                  std::string{host} + "\"");
    for (const char* host : {"", "::1", "127.0.0.1", "colonies.example.org"})
        CHECK(ConfigWorld{}.problems_of("[colony]\nhost = '" + std::string{host} + "'").empty());
}

TEST_CASE("a colony without a host is worth a warning, unless it may be meant for another program")
{
    ConfigWorld world;
    CHECK(world.problems_of("[colony]\nname = 'c'\nowner_key = 'k'").empty());
    REQUIRE(world.warnings().size() == 1);
    CHECK(world.without_folder(world.warnings()[0]) ==
          "etc/forager.toml:2:1: colony.name is given, and colony.host is not: there is no colony to serve");
    world.write_main("");
    world.sources.environment["COLONIES_COLONY_NAME"] = "c";
    CHECK(world.warnings().empty());
}

TEST_CASE("half a colony is worth a warning")
{
    ConfigWorld world;
    world.sources.environment["COLONIES_SERVER_HOST"] = "h";
    CHECK(world.problems().empty());
    CHECK(world.warnings().size() == 2);
    world.sources.environment["COLONIES_COLONY_NAME"] = "c";
    world.sources.environment["COLONIES_PRVKEY"] = "k";
    CHECK(world.warnings().empty());
}

TEST_CASE("a file that is asked for must be there, and be a file")
{
    ConfigWorld world;
    world.sources.file = world.folder.at("missing.toml");
    CHECK(world.problems() == Lines{"missing.toml: cannot read missing.toml: no such file or directory."});
    world.sources.file = world.folder.path();
    CHECK(world.problems().size() == 1);
    const std::string pipe = world.folder.at("pipe");
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    world.sources.file = pipe;
    CHECK(world.problems() == Lines{"pipe: cannot read pipe: it is no regular file."});
}

TEST_CASE("a file beyond the limit is refused")
{
    ConfigWorld world;
    const std::string full(std::size_t{1024} * 1024, '\n');
    CHECK(world.problems_of(full).empty());
    CHECK(world.problems_of(full + "\n") == Lines{"etc/forager.toml: etc/forager.toml is longer than 1 MB."});
}

TEST_CASE("bytes that are not UTF-8 are refused with their place")
{
    CHECK(problem_of("[agent]\nname = '\xff'") == "etc/forager.toml:2:9: this is not TOML: these bytes are not UTF-8.");
    CHECK(problem_of(std::string_view{"[agent]\nname = \"a\\u0000b\""}) ==
          "etc/forager.toml:2:1: agent.name must be text, not \"a" + std::string(1, '\0') + "b\"");
}

TEST_CASE("sections within a section are told of as all others are")
{
    CHECK(problem_of("[docker]\n[[docker.policy]]\nimags = []") ==
          "etc/forager.toml:3:1: there is no key 'imags' in [[docker.policy]]; did you mean 'images'?");
    CHECK(problem_of("[[docker.polcy]]\nimages = []") ==
          "etc/forager.toml:1:10: there is no key 'polcy' in [docker]; did you mean [[docker.policy]]?");
    CHECK(problem_of("[docker.policy]\nimages = []") ==
          "etc/forager.toml:1:9: 'docker.policy' is a section: write [[docker.policy]]");
    CHECK(problem_of("[[\"docker.policy\"]]\n").find("there is no section 'docker.policy'") != std::string::npos);
    CHECK(problem_of("[[docker.policy]]\n[[docker.policy]]\nimages = ['not one']")
              .starts_with("etc/forager.toml:3:1: docker.policy[2].images must be a list of images' names, as"));
    CHECK(problem_of("[[docker.policy]]\nmounts = ['srv/data']").find("a list of absolute paths") != std::string::npos);
    CHECK(problem_of("[[docker.policy]]\nports = ['0']").find("must be a list of ports") != std::string::npos);
    CHECK(problem_of("[[docker.policy]]\ncpus = -1").find("must be a number of cores") != std::string::npos);
    CHECK(problem_of("[[docker.registry]]\nuser = 'me'") ==
          "etc/forager.toml:1:1: this [[docker.registry]] is for none: give its host");
}

TEST_CASE("policies of several files follow one another")
{
    const ConfigWorld world;
    world.write_main(
        "[[docker.policy]]\nname = 'one'\nimages = ['a/*']\n[[docker.registry]]\nhost = 'r'\npassword = 'x'");
    world.write("etc/conf.d/more.toml", "[[docker.policy]]\nname = 'two'\ncpus = 2\nlifetime = '1h'");
    const DockerConfig docker = world.settings().docker;
    REQUIRE(docker.policies.size() == 2);
    CHECK(docker.policies[0].images == Texts{"a/*"});
    CHECK(docker.policies[1].name == "two");
    CHECK(docker.policies[1].cpus == 2.0);
    CHECK(docker.policies[1].lifetime == 1h);
    CHECK(docker.registries.at(0).password.reveal() == "x");
    CHECK(world.origin_of("docker.policy[1].images") == "etc/forager.toml:3");
    CHECK(world.origin_of("docker.registry[1].password") == "etc/forager.toml:6");
}
