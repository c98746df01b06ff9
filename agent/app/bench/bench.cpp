#include "app/bench/bench.hpp"

#include "app/asked.hpp"
#include "app/bench/happening.hpp"
#include "io/formats/json.hpp"
#include "ports/cancellation.hpp"
#include "ports/feed.hpp"
#include "scripting/bindings/command_options.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// Families that reach nothing: they do in a test what they do elsewhere.
bool is_harmless(const std::string& function)
{
    return function.starts_with("echo.") || function.starts_with("sleep.");
}

// The events that a fake gave; there it stays silent, as an engine where nothing happens.
class ListedEvents final : public Feed {
public:
    ListedEvents(const asio::any_io_executor& executor, Array events)
        : events_{std::make_move_iterator(events.begin()), std::make_move_iterator(events.end())}, silence_{executor}
    {
    }

    asio::awaitable<Result<Object>> next() override
    {
        if (events_.empty()) {
            co_await silence_.wait();
            throw_cancelled();
        }
        Value event = std::move(events_.front());
        events_.pop_front();
        auto* object = event.get<Object>();
        co_return object == nullptr ? Object{} : std::move(*object);
    }

private:
    std::deque<Value> events_;
    Event silence_;
};

bool gives_events(const std::string& name)
{
    return name == "docker.events" || name == "k8s.watch";
}

Array list_in(Outputs& outputs, std::size_t index)
{
    auto* list = index < outputs.size() ? outputs[index].get<Array>() : nullptr;
    return list == nullptr ? Array{} : std::move(*list);
}

Value parsed(const char* stub)
{
    return stub == nullptr ? Value{} : parse_json(stub).value();
}

} // namespace

void Bench::Lines::line(const Invocation&, std::string_view text)
{
    constexpr std::size_t most = 10'000; // of a script that says something again and again for a week
    if (lines.size() < most)
        lines.emplace_back(text);
}

asio::awaitable<Outcome> Bench::OwnBorder::answer(scripting::Crossing call)
{
    const bool is_own = !call.outside || call.name == "feed.next";
    if (is_own)
        return call.world(std::move(call.request));
    std::string where = place_of(call);
    return bench_.answer(std::move(call), std::move(where));
}

asio::awaitable<Outcome> Bench::StandIn::run(const Invocation&, std::vector<Value> args, Observer&)
{
    return bench_.answer_call(function_, std::move(args));
}

Bench::Bench(App& app, std::string file, std::optional<Kill> kill, scripting::Coverage* coverage)
    : app_{app},
      file_{std::move(file)},
      ledger_{kill},
      coverage_{coverage},
      scheduler_{app.executor(), registry_, app.clock(), app.random(), observer_},
      workflows_{scheduler_},
      script_{app.script(file_, scripting::Script::Mode::load,
                         {registry_, scheduler_, workflows_, &border_, this, nullptr, coverage_})}
{
    replace_builtins();
    lives_.push_back(new_life());
}

Bench::~Bench()
{
    lives_.clear();
    script_->withdraw();
}

// They work on the world without asking at the border.
void Bench::replace_builtins()
{
    for (const Registry::EntryPtr& entry : app_.registry().list()) {
        const bool stays = is_harmless(entry->function.name);
        (void)registry_.add(entry->function,
                            stays ? entry->handler : std::make_shared<StandIn>(*this, entry->function.name));
    }
}

std::shared_ptr<Life> Bench::new_life()
{
    Life::Parts parts{
        app_,
        registry_,
        observer_,
        journal_,
        ledger_,
        coverage_,
        [this](scripting::Crossing call, std::string where) { return answer(std::move(call), std::move(where)); },
        [this](const std::string& function) { return std::make_shared<StandIn>(*this, function); },
        [this](Failure problem) { failed_.push_back(std::move(problem)); }};
    return std::make_shared<Life>(std::move(parts));
}

asio::awaitable<Outcome> Bench::read()
{
    if (auto loaded = script_->load(); !loaded)
        co_return loaded.error();
    asking_.id = scheduler_.fresh_id();
    asking_.function = file_;
    asking_.source = "test";
    Outcome outcome = co_await script_->run_main(asking_, observer_);
    co_return outcome;
}

asio::awaitable<Outcome> Bench::run(std::size_t index)
{
    std::exception_ptr thrown;
    Outcome outcome;
    try {
        outcome = co_await script_->call(tests_.at(index).function, asking_, {}, observer_);
    } catch (...) {
        thrown = std::current_exception();
    }
    co_await asio::this_coro::reset_cancellation_state();
    co_await end();
    if (thrown)
        std::rethrow_exception(thrown);
    co_return outcome;
}

asio::awaitable<void> Bench::end()
{
    for (std::size_t i = 0; i < lives_.size(); ++i)
        co_await lives_[i]->end();
}

Result<void> Bench::declare(scripting::DeclaredTest test)
{
    const auto earlier = std::ranges::find(tests_, test.name, &scripting::DeclaredTest::name);
    if (earlier != tests_.end()) {
        Failure failure{Errc::bad_arguments,
                        "there is a test '" + test.name + "' already, at " + earlier->where + ": name one otherwise"};
        failure.declaration = true;
        return failure;
    }
    tests_.push_back(std::move(test));
    return {};
}

void Bench::complain(Failure problem)
{
    if (!problem_)
        problem_ = std::move(problem);
}

void Bench::stand_in(const std::string& function)
{
    stood_in_.insert(function);
    lives_.back()->stand_in(function);
}

asio::awaitable<Outcome> Bench::load(std::string path)
{
    path = (std::filesystem::path{file_}.parent_path() / path).string();
    const auto loaded = co_await lives_.back()->load(path);
    if (!loaded)
        co_return loaded.error();
    loaded_.push_back(std::move(path));
    co_return Outputs{};
}

asio::awaitable<Outcome> Bench::restart()
{
    lives_.back()->kill();
    const auto again = co_await reload();
    if (!again)
        co_return again.error();
    co_return Outputs{};
}

asio::awaitable<Result<void>> Bench::reload()
{
    const auto life = new_life();
    lives_.push_back(life);
    for (const std::string& function : stood_in_)
        life->stand_in(function);
    for (std::size_t i = 0; i < loaded_.size(); ++i) {
        auto loaded = co_await life->load(loaded_[i]);
        if (!loaded)
            co_return loaded.error();
    }
    co_return Result<void>{};
}

asio::awaitable<Outcome> Bench::call(std::string function, std::vector<Value> args)
{
    Invocation invocation;
    invocation.id = lives_.back()->scheduler().fresh_id();
    invocation.function = std::move(function);
    invocation.source = "test";
    const auto* kwargs = args.size() == 1 ? args.front().get<Object>() : nullptr;
    if (kwargs != nullptr && !kwargs->empty())
        invocation.kwargs = *kwargs;
    else
        invocation.args = std::move(args);
    Outcome outcome = co_await call_to_its_end(std::move(invocation));
    results_.emplace_back(outcome ? as_one(*outcome) : Value{outcome.error().to_object()});
    if (!outcome)
        co_return outcome;
    co_return Outputs{results_.back()};
}

asio::awaitable<Outcome> Bench::call_to_its_end(Invocation invocation)
{
    for (;;) {
        const auto life = lives_.back();
        const bool resumes = life->resumes(invocation.function);
        Outcome outcome = co_await done_within(life, invocation);
        if (!life->dead() || !outcome.has_error() || outcome.error().code != Errc::cancelled)
            co_return outcome;
        if (life == lives_.back()) {
            const auto again = co_await reload();
            if (!again)
                co_return again.error();
        }
        if (!resumes)
            co_return outcome;
    }
}

// Failures: cancelled, when the life has ended before.
asio::awaitable<Outcome> Bench::done_within(std::shared_ptr<Life> life, Invocation invocation)
{
    const std::string id = invocation.id;
    const auto called = life->begin(std::move(invocation));
    try {
        co_await called->news.wait();
    } catch (...) {
        life->cancel(id);
        throw;
    }
    if (called->outcome)
        co_return *called->outcome;
    if (life->dead())
        co_return Failure{Errc::cancelled, "the agent was killed while it ran"};
    life->cancel(id);
    throw_cancelled();
}

asio::awaitable<Outcome> Bench::advance(Duration time)
{
    co_await sleep_for(app_.clock(), time);
    co_await sleep_for(app_.clock(), {}); // behind all that is due at the same moment
    const std::vector<Failure> failed = std::exchange(failed_, {});
    if (!failed.empty())
        co_return failed.front();
    co_return Outputs{};
}

asio::awaitable<Outcome> Bench::happen(std::string event, Value payload)
{
    const std::vector<Handling> handlings = handlings_of(lives_.back()->scripts(), event, payload);
    if (handlings.empty())
        co_return nobody_handles(lives_.back()->scripts(), event);
    Outcome outcome;
    for (std::size_t i = 0; i < handlings.size(); ++i) {
        Invocation invocation;
        invocation.id = lives_.back()->scheduler().fresh_id();
        invocation.function = handlings[i].function;
        invocation.source = "test";
        invocation.args = {handlings[i].argument};
        outcome = co_await call_to_its_end(std::move(invocation));
        if (!outcome)
            co_return outcome;
    }
    co_return outcome;
}

asio::awaitable<Result<Bench::Said>> Bench::say(std::string name, Array args, std::string where, Value stub)
{
    std::vector<Value> asked{Value{std::move(name)}, Value{std::move(args)}, Value{std::move(where)}, std::move(stub)};
    Outcome outcome = co_await script_->call(answer_, asking_, std::move(asked), observer_);
    if (!outcome)
        co_return outcome.error();
    Outputs& outputs = *outcome;
    Said said;
    said.world = !outputs.empty() && outputs[0] == Value{"world"};
    said.lines = list_in(outputs, 2);
    if (outputs.size() > 1 && !outputs[1].is_null())
        said.outputs.push_back(std::move(outputs[1]));
    co_return said;
}

asio::awaitable<Outcome> Bench::answer(scripting::Crossing call, std::string where)
{
    Array args{call.request.args.begin(), call.request.args.end()};
    auto said = co_await say(call.name, std::move(args), std::move(where), parsed(call.stub));
    if (!said)
        co_return said.error();
    if (said->world) {
        const VirtualClock::Real real{*app_.virtual_clock()};
        Outcome outcome = co_await call.world(std::move(call.request));
        co_return outcome;
    }
    co_await tell(call.request, std::move(said->lines));
    if (!gives_events(call.name))
        co_return std::move(said->outputs);
    auto events = std::make_shared<ListedEvents>(app_.executor(), list_in(said->outputs, 0));
    co_return Outputs{Value{call.request.script.keep_feed(std::move(events))}};
}

// Whoever gives lines knows that there is somebody who hears them.
asio::awaitable<void> Bench::tell(const scripting::Request& request, Array lines)
{
    if (lines.empty())
        co_return;
    const auto queue = scripting::line_queue(request);
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (auto* text = lines[i].get<std::string>())
            co_await queue->line(Stream::out, std::move(*text));
}

asio::awaitable<Outcome> Bench::answer_call(std::string function, Array args)
{
    auto said = co_await say(function, std::move(args), "", Value{});
    if (!said)
        co_return said.error();
    if (said->world)
        co_return Failure{Errc::refused, "a test calls '" + function + "' for real nowhere: give it an answer"};
    co_return std::move(said->outputs);
}

} // namespace forager
