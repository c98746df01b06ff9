#include "app/tape/tape.hpp"

#include "control/client.hpp"
#include "io/formats/json.hpp"
#include "io/system_failure.hpp"

#include <cerrno>
#include <fstream>
#include <sstream>
#include <utility>

#include <fcntl.h>

namespace forager {

namespace {

constexpr std::int64_t version = 1;

std::int64_t count_of(Duration duration)
{
    return duration.count();
}

template <class Point> Point point_of(std::int64_t count)
{
    return Point{Duration{count}};
}

Object outcome_data(const Outcome& outcome)
{
    if (!outcome)
        return {{"error", outcome.error().to_object()}};
    return {{"outputs", Array{outcome->begin(), outcome->end()}}};
}

Outcome outcome_in(const Object& data)
{
    if (const Value* error = data.find("error"))
        return control::failure_from(*error);
    const auto outputs = part<Array>(data, "outputs");
    return Outputs{outputs.begin(), outputs.end()};
}

std::vector<std::string> texts_in(const Object& data, std::string_view name)
{
    std::vector<std::string> texts;
    for (const Value& value : part<Array>(data, name))
        if (const auto* text = value.get<std::string>())
            texts.push_back(*text);
    return texts;
}

Object call_data(const TapedCall& call)
{
    Object data{{"call", call.asked.call}, {"function", call.asked.function}, {"where", call.asked.where},
                {"args", call.asked.args}, {"options", call.asked.options},   {"begun", count_of(call.begun)}};
    if (!call.lines.empty())
        data.append("lines", Array{call.lines.begin(), call.lines.end()});
    if (!call.ended)
        return data;
    data.append("ended", count_of(*call.ended));
    data.append("outcome", outcome_data(call.outcome));
    return data;
}

TapedCall call_in(const Object& data)
{
    TapedCall call;
    call.asked.call = part<std::string>(data, "call");
    call.asked.function = part<std::string>(data, "function");
    call.asked.where = part<std::string>(data, "where");
    call.asked.args = part<Array>(data, "args");
    call.asked.options = part<Object>(data, "options");
    call.begun = Duration{part<std::int64_t>(data, "begun")};
    if (data.find("ended") != nullptr)
        call.ended = Duration{part<std::int64_t>(data, "ended")};
    call.lines = texts_in(data, "lines");
    call.outcome = outcome_in(part<Object>(data, "outcome"));
    return call;
}

Object work_data(const StagedWork& work)
{
    Array scripts;
    for (const StagedScript& script : work.scripts)
        scripts.emplace_back(Object{{"path", script.path}, {"text", script.text.value_or("")}});
    return {{"function", work.invocation.function},
            {"is_script", work.is_script},
            {"args", Array{work.invocation.args.begin(), work.invocation.args.end()}},
            {"kwargs", work.invocation.kwargs},
            {"scripts", std::move(scripts)}};
}

StagedWork work_in(const Object& data)
{
    StagedWork work;
    work.invocation.function = part<std::string>(data, "function");
    work.is_script = part<bool>(data, "is_script");
    const auto args = part<Array>(data, "args");
    work.invocation.args.assign(args.begin(), args.end());
    work.invocation.kwargs = part<Object>(data, "kwargs");
    for (const Value& value : part<Array>(data, "scripts"))
        if (const auto* script = value.get<Object>())
            work.scripts.push_back({part<std::string>(*script, "path"), part<std::string>(*script, "text")});
    return work;
}

template <class Points> Array points_data(const Points& points)
{
    Array data;
    for (const auto& point : points)
        data.emplace_back(count_of(point.time_since_epoch()));
    return data;
}

template <class Point> std::vector<Point> points_in(const Object& data, std::string_view name)
{
    std::vector<Point> points;
    for (const Value& value : part<Array>(data, name))
        if (const auto* count = value.get<std::int64_t>())
            points.push_back(point_of<Point>(*count));
    return points;
}

Object tape_data(const Tape& tape)
{
    Array calls;
    for (const TapedCall& call : tape.calls)
        calls.emplace_back(call_data(call));
    return {{"forager_tape", version},
            {"work", work_data(tape.work)},
            {"begun", count_of(tape.begun.time_since_epoch())},
            {"seed", static_cast<std::int64_t>(tape.seed)},
            {"calls", std::move(calls)},
            {"walls", points_data(tape.walls)},
            {"moments", points_data(tape.moments)},
            {"lines", Array{tape.lines.begin(), tape.lines.end()}},
            {"end", outcome_data(tape.end)},
            {"cut", tape.cut}};
}

Tape tape_in(const Object& data)
{
    Tape tape;
    tape.work = work_in(part<Object>(data, "work"));
    tape.begun = point_of<WallTime>(part<std::int64_t>(data, "begun"));
    tape.seed = static_cast<std::uint64_t>(part<std::int64_t>(data, "seed"));
    for (const Value& value : part<Array>(data, "calls"))
        if (const auto* call = value.get<Object>())
            tape.calls.push_back(call_in(*call));
    tape.walls = points_in<WallTime>(data, "walls");
    tape.moments = points_in<TimePoint>(data, "moments");
    tape.lines = texts_in(data, "lines");
    tape.end = outcome_in(part<Object>(data, "end"));
    tape.cut = part<bool>(data, "cut");
    return tape;
}

} // namespace

Result<void> write_tape(const std::string& path, const Tape& tape)
{
    // What the world answered may be secret.
    constexpr mode_t for_the_owner = 0600;
    if (!Descriptor{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, for_the_owner)})
        return system_failure("cannot write the tape '" + path + "'", errno);
    std::ofstream file{path, std::ios::binary | std::ios::trunc};
    file << to_json(Value{tape_data(tape)}) << "\n";
    file.close();
    if (!file)
        return system_failure("cannot write the tape '" + path + "'", errno);
    return {};
}

Result<Tape> read_tape(const std::string& path)
{
    std::ifstream file{path, std::ios::binary};
    if (!file)
        return system_failure("cannot read the tape '" + path + "'", errno);
    std::ostringstream text;
    text << file.rdbuf();
    auto data = parse_json(text.str());
    auto* object = data ? data->get<Object>() : nullptr;
    if (object == nullptr || object->find("forager_tape") == nullptr)
        return Failure{Errc::bad_arguments, "'" + path + "' is no tape: 'forager record' makes one"};
    if (part<std::int64_t>(*object, "forager_tape") != version)
        return Failure{Errc::bad_arguments, "the tape '" + path + "' is of another version of Forager"};
    unmark_bytes(*data);
    return tape_in(*data->get<Object>());
}

} // namespace forager
