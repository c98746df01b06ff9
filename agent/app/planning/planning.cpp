#include "app/planning/planning.hpp"

#include "io/formats/json.hpp"
#include "scripting/vm/vm.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// They read, and keep nothing.
constexpr std::array<std::string_view, 7> harmless{"files.exists", "files.glob",   "files.hash",        "files.list",
                                                   "files.read",   "files.status", "files.list_archive"};

bool is_harmless(const std::string& call)
{
    return std::ranges::find(harmless, call) != harmless.end();
}

// Families that reach nothing.
bool is_idle(const std::string& function)
{
    return function.starts_with("echo.") || function.starts_with("sleep.");
}

// A plain answer stands for the one of its members that matters.
Value shaped(const Value& answer, Value stub)
{
    auto* shape = stub.get<Object>();
    if (shape == nullptr)
        return answer;
    if (const auto* members = answer.get<Object>()) {
        for (const Member& member : *members)
            shape->set(member.name, member.value);
        return stub;
    }
    for (const char* name : {"stdout", "body"})
        if (shape->find(name) != nullptr) {
            shape->set(name, answer);
            return stub;
        }
    return answer;
}

Value parsed(const char* stub)
{
    return stub == nullptr ? Value{} : parse_json(stub).value();
}

asio::awaitable<Outcome> at_once(Outcome outcome)
{
    co_return outcome;
}

} // namespace

asio::awaitable<Outcome> Planning::PlanBorder::answer(scripting::Crossing call)
{
    const bool is_own = !call.outside || call.name == "feed.next";
    if (is_own)
        return call.world(std::move(call.request));
    std::string where = place_of(call);
    return planning_.answer(std::move(call), std::move(where));
}

asio::awaitable<Outcome> Planning::StandIn::run(const Invocation& invocation, std::vector<Value> args, Observer&)
{
    return at_once(planning_.planned(asked_of(invocation, std::move(args)), nullptr));
}

Planning::Planning(App& app, std::map<std::string, std::deque<Value>> answers,
                   std::function<void(const PlannedStep& step)> note)
    : app_{app},
      answers_{std::move(answers)},
      note_{std::move(note)},
      stage_{app, border_, [this](const Registry::EntryPtr& entry) { return stand_in_for(*entry); }}
{
}

std::shared_ptr<Handler> Planning::stand_in_for(const Registry::Entry& entry)
{
    if (is_idle(entry.function.name))
        return entry.handler;
    return std::make_shared<StandIn>(*this);
}

std::optional<Value> Planning::given(const std::string& call)
{
    auto answer = given_as(call);
    return answer || !call.starts_with("http.") ? answer : given_as(request_call);
}

std::optional<Value> Planning::given_as(const std::string& name)
{
    const auto found = answers_.find(name);
    if (found == answers_.end())
        return std::nullopt;
    used_.insert(name);
    std::deque<Value>& answers = found->second;
    Value answer = answers.front();
    if (answers.size() > 1)
        answers.pop_front();
    return answer;
}

std::vector<std::string> Planning::unused() const
{
    std::vector<std::string> names;
    for (const auto& [name, answers] : answers_)
        if (!used_.contains(name))
            names.push_back(name);
    return names;
}

Outcome Planning::planned(Asked asked, const char* stub)
{
    if (++steps_ > most_steps)
        return Failure{Errc::limit, "more than " + std::to_string(most_steps) +
                                        " steps: a loop that waits for an answer which stubs do not give? "
                                        "'--answer' gives one"};
    const std::optional<Value> answer = given(asked.call);
    guessed_ = guessed_ || !answer;
    note_({std::move(asked), app_.now().time_since_epoch(), !answer});
    Value value = answer ? shaped(*answer, parsed(stub)) : parsed(stub);
    if (value.is_null())
        return Outputs{};
    return Outputs{std::move(value)};
}

asio::awaitable<Outcome> Planning::answer(scripting::Crossing call, std::string where)
{
    if (is_harmless(call.name) && !answers_.contains(call.name)) {
        const VirtualClock::Real real{*app_.virtual_clock()};
        scripting::Request request = call.request;
        Outcome outcome = co_await call.world(std::move(request));
        if (outcome)
            co_return outcome;
    }
    co_return planned(asked_at(call, std::move(where)), call.stub);
}

} // namespace forager
