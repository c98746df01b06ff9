#include "app/planning/planning.hpp"

#include "io/formats/json.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/vm/vm.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

constexpr const char* request_call = "http.request";

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

// The first table with names is the options; a queue of lines, which stands behind them as a number, is nobody's
// matter.
void sort_arguments(std::vector<Value> args, PlannedStep& step)
{
    const bool has_lines = args.size() > 1 && args[1].get<std::int64_t>() != nullptr &&
                           (args[0].is_null() || args[0].get<Object>() != nullptr);
    for (std::size_t i = 0; i < args.size(); ++i) {
        auto* options = args[i].get<Object>();
        if (options != nullptr && step.options.empty())
            step.options = std::move(*options);
        else if (!args[i].is_null() && !(has_lines && i == 1))
            step.args.push_back(std::move(args[i]));
    }
}

// As scripts write it.
std::string written(const std::string& call, const Object& options)
{
    if (call != request_call)
        return call;
    std::string method = part<std::string>(options, "method");
    for (char& letter : method)
        letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return "http." + method;
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
    std::string where = scripting::place_of(call.request.script.vm().current().thread);
    return planning_.answer(std::move(call), std::move(where));
}

asio::awaitable<Outcome> Planning::StandIn::run(const Invocation& invocation, std::vector<Value> args, Observer&)
{
    PlannedStep step;
    step.call = invocation.function;
    step.function = invocation.chain.empty() ? "" : invocation.chain.back().function;
    step.options = invocation.kwargs;
    sort_arguments(std::move(args), step);
    return at_once(planning_.planned(std::move(step), nullptr));
}

Planning::Planning(App& app, std::map<std::string, std::deque<Value>> answers,
                   std::function<void(const PlannedStep& step)> note)
    : app_{app},
      answers_{std::move(answers)},
      note_{std::move(note)},
      scheduler_{app.executor(), registry_, app.clock(), app.random(), app.scheduler().observer()},
      workflows_{scheduler_}
{
    for (const Registry::EntryPtr& entry : app.registry().list())
        (void)registry_.add(entry->function,
                            is_idle(entry->function.name) ? entry->handler : std::make_shared<StandIn>(*this));
}

Planning::~Planning()
{
    for (const auto& script : scripts_)
        script->withdraw();
}

std::shared_ptr<scripting::Script> Planning::script(std::string path, scripting::Script::Mode mode)
{
    App::Place place{registry_, scheduler_, workflows_};
    place.border = &border_;
    return scripts_.emplace_back(app_.script(std::move(path), mode, place));
}

// All requests are one call, whatever scripts write.
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

Outcome Planning::planned(PlannedStep step, const char* stub)
{
    if (++steps_ > most_steps)
        return Failure{Errc::limit, "more than " + std::to_string(most_steps) +
                                        " steps: a loop that waits for an answer which stubs do not give? "
                                        "'--answer' gives one"};
    const std::optional<Value> answer = given(step.call);
    step.guessed = !answer;
    step.at = app_.now().time_since_epoch();
    guessed_ = guessed_ || step.guessed;
    note_(step);
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
    PlannedStep step;
    step.function = call.request.context.invocation.function;
    step.where = std::move(where);
    sort_arguments(std::move(call.request.args), step);
    step.call = written(call.name, step.options);
    co_return planned(std::move(step), call.stub);
}

} // namespace forager
