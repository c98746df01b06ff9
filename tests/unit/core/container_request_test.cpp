#include "core/container_request.hpp"

#include "result_text.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using namespace forager;

namespace {

std::string refusal(std::string_view channel, const Object& message)
{
    const auto request = container_request(channel, message);
    REQUIRE_FALSE(request);
    CHECK(request.error().code == Errc::bad_arguments);
    return request.error().message;
}

const Object nginx{{"image", "nginx"}, {"name", "nginx-name-container"}};

} // namespace

TEST_CASE("each channel stands for a function")
{
    const auto request = container_request("start_container.create", nginx);
    REQUIRE(request);
    CHECK(request->function == "broker.create");
    CHECK(request->name == "nginx-name-container");
    CHECK(request->fields == nginx);
    CHECK(container_request("start_container.response_channel",
                            {{"image", "a"}, {"name", "b"}, {"response_channel", "c"}})
              ->function == "broker.run");
    CHECK(container_request("start_containers_not_running", {{"name", "b"}})->function == "broker.start");
    CHECK(container_request("close_container", {{"name", "b"}})->function == "broker.close");
    CHECK(container_request("monitor_container_status", {{"name", "b"}, {"response_channel", "c"}})->function ==
          "broker.monitor");
    CHECK(container_request("start_container.else", nginx).error().code == Errc::not_found);
}

TEST_CASE("all that the README's samples say is understood")
{
    const Object sample{{"image", "python_generated_image"},
                        {"command", "python hello_world.py"},
                        {"name", "python-exec"},
                        {"context", "/examples/hello_world_python/"},
                        {"response_channel", "results"},
                        {"build", true},
                        {"volumes", Object{{"/examples/", Object{{"bind", "/opt/hello_world/"}, {"mode", "rw"}}}}}};
    const auto request = container_request("start_container.response_channel", sample);
    REQUIRE(request);
    CHECK(request->fields.find("response_channel") == nullptr);
    CHECK(request->fields.size() == sample.size() - 1);
}

TEST_CASE("whom to answer is known, whatever else is wrong")
{
    const ReplyAddress address = reply_address({{"response_channel", "there"}, {"id", 7}, {"imgae", 1}});
    CHECK(address.channel == "there");
    CHECK(address.id == Value{7});
    CHECK(reply_address({{"response_channel", 5}, {"id", Array{}}}).channel.empty());
    CHECK(reply_address({{"id", Array{}}}).id.is_null());
}

TEST_CASE("an id that would come back as another number is refused")
{
    const auto with = [](Value id) {
        return container_request("close_container", {{"name", "a"}, {"id", std::move(id)}});
    };
    CHECK(with(INT64_MAX));
    CHECK(with(1.5));
    for (const double number : {18446744073709551615.0, -1e300}) {
        REQUIRE_FALSE(with(number));
        CHECK(with(number).error().message.starts_with("'id' is a number with more digits"));
    }
}

TEST_CASE("what is wrong is named")
{
    CHECK(refusal("start_container.create", {{"name", "b"}}) == "'image' is missing: start_container.create needs it");
    CHECK(refusal("start_container.create", {{"image", ""}, {"name", "b"}}).starts_with("'image' is missing"));
    CHECK(refusal("start_container.create", {{"imgae", "a"}, {"name", "b"}}).find("did you mean 'image'?") !=
          std::string::npos);
    CHECK(refusal("start_container.create", {{"image", 5}, {"name", "b"}}) == "'image' must be text, not a number");
    CHECK(refusal("start_container.create", {{"image", "a"}, {"name", "b"}, {"build", "yes"}}) ==
          "'build' must be true or false, not text");
    CHECK(refusal("start_container.create", {{"image", "a"}, {"name", "b"}, {"pull", "often"}})
              .starts_with("'pull' must be one of"));
    CHECK(refusal("start_container.response_channel", nginx).starts_with("'response_channel' is missing"));
    CHECK(refusal("start_container.create", {{"image", "a"}, {"name", "b"}, {"timeout", "soon"}})
              .starts_with("'timeout': "));
    CHECK(refusal("monitor_container_status", {{"name", "b"}}).starts_with("'response_channel' is missing"));
    CHECK(refusal("close_container", {{"name", "b"}, {"image", "a"}}).starts_with("'image' is no field of"));
}

TEST_CASE("who hears lines meanwhile is told the id with them, and no message says over which broker")
{
    const Object asked{{"image", "a"}, {"name", "b"}, {"id", 7}, {"log_channel", "lines"}};
    const auto request = container_request("start_container.create", asked);
    REQUIRE(request.has_value());
    CHECK(request->fields.find("id") != nullptr);
    CHECK(container_request("start_container.create", {{"image", "a"}, {"name", "b"}, {"id", 7}})->fields.find("id") ==
          nullptr);
    Object with_broker = asked;
    with_broker.set("broker", "mqtt");
    CHECK_FALSE(container_request("start_container.create", with_broker).has_value());
    CHECK(container_request(ContainerAction::create, with_broker).has_value());
}

TEST_CASE("null is as good as nothing")
{
    CHECK(container_request("start_container.create", {{"image", "a"}, {"name", "b"}, {"network", nullptr}}));
}

TEST_CASE("names are compared as the README says, or as its code did")
{
    const auto match = [](Object message) {
        message.set("name", "web");
        return container_request("start_containers_not_running", message)->match;
    };
    CHECK(match({}) == NameMatch::exact);
    CHECK(match({{"exact_value", true}}) == NameMatch::exact);
    CHECK(match({{"exact_value", false}}) == NameMatch::prefix);
    CHECK(match({{"exact_value", false}, {"match", "contains"}}) == NameMatch::contains);
    CHECK(match({{"match", "prefix"}}) == NameMatch::prefix);
    CHECK(
        refusal("close_container", {{"name", "b"}, {"exact_value", true}, {"match", "contains"}}).find("two things") !=
        std::string::npos);
    CHECK(fits("web-1", "web", NameMatch::prefix));
    CHECK_FALSE(fits("my-web", "web", NameMatch::prefix));
    CHECK(fits("my-web", "web", NameMatch::contains));
    CHECK_FALSE(fits("web-1", "web", NameMatch::exact));
}

TEST_CASE("who calls the function gets the answer himself")
{
    CHECK(container_request(ContainerAction::run, nginx));
    CHECK_FALSE(container_request(ContainerAction::run, {{"name", "b"}}));
}
