#include "app/agent/executor_keys.hpp"

#include "result_text.hpp"
#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

using namespace forager;
using namespace forager::test;

namespace {

std::filesystem::perms rights(const std::string& path)
{
    return std::filesystem::status(path).permissions();
}

} // namespace

TEST_CASE("a key is made once, for its owner's eyes alone, and each executor has its own")
{
    using std::filesystem::perms;
    const TempFolder state;
    const auto made = kept_key(state.path(), "c", "edge-1");
    REQUIRE(made);
    CHECK(kept_key(state.path(), "c", "edge-1")->id() == made->id());
    CHECK(kept_key(state.path(), "c", "edge-2")->id() != made->id());
    CHECK(kept_key(state.path(), "d", "edge-1")->id() != made->id());
    CHECK(rights(state.path() + "/keys/c/edge-1.key") == (perms::owner_read | perms::owner_write));
    CHECK(rights(state.path() + "/keys/c") == perms::owner_all);
}

TEST_CASE("a file that holds no key is refused by its name, without its text")
{
    const TempFolder state;
    std::filesystem::create_directories(state.path() + "/keys/c");
    const std::string path = state.path() + "/keys/c/edge-1.key";
    std::ofstream{path} << "nearly a key";
    const auto key = kept_key(state.path(), "c", "edge-1");
    REQUIRE_FALSE(key);
    CHECK(key.error().code == Errc::bad_arguments);
    CHECK(key.error().message.starts_with(path + ": "));
    CHECK(key.error().message.find("nearly") == std::string::npos);
    std::ofstream{path} << std::string(5000, '1');
    CHECK(kept_key(state.path(), "c", "edge-1").error().code == Errc::limit);
}

TEST_CASE("a name is made of the agent's, or the machine's, and the type, out of what names may have")
{
    CHECK(default_executor_name("edge box:1", "unix") == "edge-box-1-unix");
    CHECK(default_executor_name("a.b_c", "k8s") == "a.b_c-k8s");
    const std::string of_machine = default_executor_name("", "unix");
    CHECK(of_machine.ends_with("-unix"));
    CHECK(of_machine.size() > 5);
}
