#include "clients/colonies/text.hpp"
#include "clients/colonies/types/channel.hpp"
#include "clients/colonies/types/colony.hpp"
#include "clients/colonies/types/function.hpp"
#include "clients/colonies/types/process.hpp"
#include "clients/colonies/types/time.hpp"
#include "clients/colonies/types/workflow.hpp"
#include "io/formats/json.hpp"

#include <doctest/doctest.h>

using namespace forager;
using namespace forager::colonies;

namespace {

template <class Record> Result<Record> from(std::string_view json)
{
    return colonies::read<Record>(parse_json(json).value());
}

template <class Record> std::string complaint(std::string_view json)
{
    const auto record = from<Record>(json);
    REQUIRE(record.has_error());
    CHECK(record.error().code == Errc::refused);
    return record.error().message;
}

const std::string complaint_begin = "the colony server sent a record that this version cannot read: ";

FunctionSpec some_spec()
{
    FunctionSpec spec;
    spec.node = "first";
    spec.function = "echo";
    spec.args = {"hello", 1, 2.5, true, nullptr};
    spec.kwargs = {{"text", "hello"}};
    spec.max_exec_time = 30;
    spec.conditions.colony = "demo";
    spec.conditions.executor_type = "edge";
    spec.conditions.cpu = "500m";
    spec.conditions.gpu.count = 2;
    spec.env = {{"KEY", "VALUE"}};
    spec.channels = {"ctl"};
    spec.fs = Object{{"mount", "/cfs"}};
    return spec;
}

} // namespace

TEST_CASE("a process is read with its spec, its times and integers of 64 bits")
{
    const auto process = from<Process>(R"({"processid":"p1","initiatorname":"alice","assignedexecutorid":"e1",
        "isassigned":true,"state":1,"prioritytime":1795415061628299067,"submissiontime":"2026-11-23T06:24:21.628299Z",
        "starttime":"2026-11-23T07:24:21.636156789+01:00","endtime":"0001-01-01T00:00:00Z","retries":2,
        "attributes":[{"attributeid":"a1","targetid":"p1","attributetype":3,"key":"KEY","value":"VALUE"}],
        "spec":{"nodename":"n","funcname":"echo","args":["hello",1,null],"kwargs":{"a":{"b":[1]}},"maxexectime":30,
        "conditions":{"executornames":null,"executortype":"edge","gpu":{"count":1}},"env":{"KEY":"VALUE"},
        "fs":{"mount":"","snapshots":null,"dirs":null},"channels":["ctl"]},
        "waitforparents":false,"parents":["x"],"in":null,"out":[],"errors":null,"something":"new"})")
                             .value();
    CHECK(process.id == "p1");
    CHECK(process.state == ProcessState::running);
    CHECK(process.priority_time == 1795415061628299067);
    CHECK(time_text(process.submitted) == "2026-11-23T06:24:21.628299000Z");
    CHECK(time_text(process.started) == "2026-11-23T06:24:21.636156789Z");
    CHECK_FALSE(process.ended);
    CHECK(process.retries == 2);
    CHECK(process.attributes.at(0).type == AttributeType::env);
    CHECK(process.spec.args == Array{"hello", 1, nullptr});
    CHECK(process.spec.conditions.executor_names.empty());
    CHECK(process.spec.env.at("KEY") == "VALUE");
    CHECK(process.parents == std::vector<std::string>{"x"});
    CHECK(process.in.empty());
    CHECK(deadline_of(process) == *process.started + std::chrono::seconds{30});
    CHECK(from<Process>(to_json(Value{to_object(process)})).value() == process);
}

TEST_CASE("a deadline is the server's, or reckoned, or none")
{
    Process process;
    CHECK_FALSE(deadline_of(process));
    process.started = WallTime{std::chrono::hours{24 * 20'000}};
    CHECK_FALSE(deadline_of(process));
    process.spec.max_exec_time = 5;
    CHECK(deadline_of(process) == *process.started + std::chrono::seconds{5});
    process.exec_deadline = *process.started + std::chrono::seconds{4};
    CHECK(deadline_of(process) == process.exec_deadline);
}

TEST_CASE("a wrong type is refused, naming the member")
{
    CHECK(complaint<Process>(R"({"spec":{"args":"a"}})") ==
          complaint_begin + "'process.spec.args' has the type string instead of list");
    CHECK(complaint<Process>(R"({"parents":["a",1]})") ==
          complaint_begin + "'process.parents[1]' has the type integer instead of string");
    CHECK(complaint<Process>(R"({"state":7})") == complaint_begin + "'process.state' is 7, which has no meaning");
    CHECK(complaint<Process>(R"({"retries":1.5})") ==
          complaint_begin + "'process.retries' has the type number instead of integer");
    CHECK(complaint<Process>(R"({"retries":1e300})") ==
          complaint_begin + "'process.retries' has the type number instead of integer");
    CHECK(complaint<Process>(R"({"starttime":"yesterday"})") == complaint_begin + "'process.starttime' is no time");
    CHECK(complaint<Process>(R"({"spec":{"env":{"A":1}}})") ==
          complaint_begin + "'process.spec.env.A' has the type integer instead of string");
    CHECK(complaint<Process>("[]") == complaint_begin + "'process' has the type list instead of table");
    CHECK(complaint<Cron>(R"({"workflowspec":"{"})") == complaint_begin + "'cron.workflowspec' holds no JSON");
    CHECK(complaint<ChannelEntry>(R"({"payload":"*"})") == complaint_begin + "'entry.payload' is not in base64");
}

TEST_CASE("a list may be null, and one wrong member spoils it by name")
{
    CHECK(colonies::read_list<Process>(Value{}).value().empty());
    const auto list = colonies::read_list<Process>(parse_json(R"([{},{"out":1}])").value());
    REQUIRE(list.has_error());
    CHECK(list.error().message == complaint_begin + "'process[1].out' has the type integer instead of list");
}

TEST_CASE("a spec says its limits even where they are the usual ones, and leaves out what is empty")
{
    FunctionSpec spec;
    const Object object = to_object(spec);
    CHECK(part<std::int64_t>(object, "maxexectime") == -1);
    CHECK(part<std::int64_t>(object, "maxwaittime") == -1);
    CHECK(object.find("maxretries") != nullptr);
    CHECK(object.find("fs") == nullptr);
    CHECK(object.find("channels") == nullptr);
    CHECK(object.find("conditions")->get<Object>()->find("locationname") == nullptr);
    CHECK(from<FunctionSpec>(to_json(Value{to_object(some_spec())})).value() == some_spec());
}

TEST_CASE("an executor is read in its new shape and in its old one")
{
    const auto now = from<Executor>(R"({"executorid":"e","state":1,"locationname":"site","capabilities":
        {"hardware":[{"model":"board","cores":4,"network":["192.0.2.1"]}],"software":null},
        "allocations":{"projects":{"p":{"allocatedcpu":1}}}})")
                         .value();
    CHECK(now.state == ExecutorState::approved);
    CHECK(now.location == "site");
    CHECK(now.capabilities.hardware.at(0).cores == 4);
    CHECK(now.allocations.projects.at("p").allocated_cpu == 1);
    const auto before =
        from<Executor>(R"({"executorid":"e","location":{"long":1.5,"lat":2,"desc":"here"},"capabilities":
        {"hardware":{"model":"board","gpu":{"count":1}},"software":{"name":"forager"}},"allocations":{"projects":null}})")
            .value();
    CHECK(before.position == Position{1.5, 2, "here"});
    CHECK(before.capabilities.hardware.at(0).gpu.count == 1);
    CHECK(before.capabilities.software.at(0).name == "forager");
}

TEST_CASE("an executor is written in the shape that the server wants")
{
    Executor executor;
    executor.capabilities.hardware.resize(2);
    executor.capabilities.hardware.front().cores = 8;
    const Object now = to_object(executor, RecordShape::lists);
    CHECK(now.find("capabilities")->get<Object>()->find("hardware")->get<Array>()->size() == 2);
    CHECK(now.find("location") == nullptr);
    const Object before = to_object(executor, RecordShape::single);
    const auto& capabilities = *before.find("capabilities")->get<Object>();
    CHECK(part<std::int64_t>(*capabilities.find("hardware")->get<Object>(), "cores") == 8);
    CHECK(capabilities.find("software")->get<Object>()->empty());
    CHECK(part<double>(*before.find("location")->get<Object>(), "long") == 0);
}

TEST_CASE("a function's arguments are read and written in both shapes")
{
    const auto now = from<Function>(R"({"funcname":"echo","args":[{"name":"text","type":"string","required":true,
        "enum":["a"]}],"avgexectime":0.5,"counter":3})")
                         .value();
    CHECK(now.args.at(0).required);
    CHECK(now.args.at(0).choices == std::vector<std::string>{"a"});
    CHECK(now.average_exec_time == 0.5);
    const auto before = from<Function>(R"({"funcname":"echo","args":["text::string","other"]})").value();
    CHECK(before.args.at(0).name == "text");
    CHECK(before.args.at(0).type == "string");
    CHECK(before.args.at(1).name == "other");
    CHECK(part<Array>(to_object(now, RecordShape::single), "args") == Array{"text::string"});
    CHECK(from<Function>(to_json(Value{to_object(now, RecordShape::lists)})).value() == now);
}

TEST_CASE("a cron carries its workflow as a text")
{
    Cron cron;
    cron.name = "nightly";
    cron.interval = 60;
    cron.workflow.colony = "demo";
    cron.workflow.functions = {some_spec()};
    const Object object = to_object(cron);
    CHECK(part<std::string>(object, "workflowspec").starts_with("{\"colonyname\":\"demo\""));
    CHECK(colonies::read<Cron>(Value{object}).value() == cron);
}

TEST_CASE("the payload of a channel's entry is bytes")
{
    const auto entry = from<ChannelEntry>(R"({"sequence":2,"payload":"AP8=","type":"data"})").value();
    CHECK(entry.payload == std::string{"\0\xFF", 2});
    CHECK(from<ChannelEntry>(R"({"sequence":2,"payload":null,"type":"end"})").value().payload.empty());
}

TEST_CASE("times keep nanoseconds, heed offsets, and are nothing where the server says so")
{
    const auto text_of = [](std::string_view text) { return time_text(parse_time(text).value().time); };
    CHECK(text_of("2026-11-23T06:24:21Z") == "2026-11-23T06:24:21Z");
    CHECK(text_of("2026-11-23T06:24:21.000000001Z") == "2026-11-23T06:24:21.000000001Z");
    CHECK(text_of("2026-11-23T00:24:21.5-06:30") == "2026-11-23T06:54:21.500000000Z");
    CHECK(text_of("0001-01-01T00:00:00Z") == "0001-01-01T00:00:00Z");
    CHECK_FALSE(parse_time("9999-12-31T23:59:59Z").value().time);
    for (const auto* text :
         {"", "2026", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-23 06:24:21Z", "2026-11-23T06:24:21",
          "2026-11-23T06:24:21.Zx", "2026-11-23T06:24:-1Z", "2026-11-23T06:24:21.1234567890Z"})
        CHECK_FALSE(parse_time(text));
}

TEST_CASE("text becomes what the server's database takes")
{
    CHECK(storable(std::string{"a\0b", 3}) == "ab");
    CHECK(storable("grün") == "grün");
    CHECK(as_utf8("a\xFF\xC3z") == "a\xEF\xBF\xBD\xEF\xBF\xBDz");
    CHECK(as_utf8(std::string{"a\0b", 3}).size() == 3);
    Attribute attribute;
    attribute.value = "\xFF";
    CHECK(part<std::string>(to_object(attribute), "value") == "\xEF\xBF\xBD");
}
