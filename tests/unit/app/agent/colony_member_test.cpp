#include "app/agent/colony_member.hpp"

#include "app/agent/executor_keys.hpp"
#include "recording_observer.hpp"
#include "result_text.hpp"
#include "temp_folder.hpp"
#include "virtual_clock.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::test;

namespace {

struct Program {
    test::VirtualClock unused; // the observer wants one for its trace
    RecordingObserver observer{unused};
    App app{{}, observer};
};

struct Place {
    Place()
    {
        settings.agent.state_dir = state.path();
        settings.agent.name = "edge";
        settings.colony.host = "localhost";
        settings.colony.name = "c";
    }

    TempFolder state;
    config::Settings settings;
};

std::string key_text()
{
    return colonies::PrivateKey::generate().reveal();
}

} // namespace

TEST_CASE("what is not set is named, with what to set")
{
    Program program;
    Place place;
    const auto without_key = colony_member(place.settings, program.app);
    REQUIRE_FALSE(without_key);
    CHECK(without_key.error().code == Errc::refused);
    CHECK(without_key.error().message.starts_with("[colony] key (COLONIES_PRVKEY) is not set"));

    place.settings.colony.owner_key = Secret{key_text()};
    CHECK(colony_member(place.settings, program.app).error().message.ends_with("may not submit"));

    place.settings.colony.name = "";
    place.settings.colony.host = "";
    CHECK(colony_member(place.settings, program.app)
              .error()
              .message.starts_with("there is no colony: set [colony] host (COLONIES_SERVER_HOST) and name "
                                   "(COLONIES_COLONY_NAME)"));
}

TEST_CASE("the colony's key comes before the first executor's, and that before the one it keeps")
{
    Place place;
    const auto kept = kept_key(place.state.path(), "c", "edge-forager").value();
    CHECK(member_key(place.settings)->id() == kept.id());
    Program program;
    CHECK(colony_member(place.settings, program.app).value()->colony() == "c");

    place.settings.executors.resize(2);
    place.settings.executors[0].key = Secret{key_text()};
    CHECK(member_key(place.settings)->reveal() == place.settings.executors[0].key.reveal());

    place.settings.colony.key = Secret{key_text()};
    CHECK(member_key(place.settings)->reveal() == place.settings.colony.key.reveal());
}

TEST_CASE("a text that is no key is not repeated")
{
    Place place;
    place.settings.colony.key = Secret{"open sesame"};
    const auto key = member_key(place.settings);
    REQUIRE_FALSE(key);
    CHECK(key.error().message.starts_with("colony.key: "));
    CHECK(key.error().message.find("sesame") == std::string::npos);
}
