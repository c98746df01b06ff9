#include "app/tape/recorder.hpp"

#include "scripting/lua_failure.hpp"
#include "scripting/vm/vm.hpp"

#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// Of a loop that asks for the time again and again.
constexpr std::size_t most_points = 1'000'000;

template <class Point> Point noted(std::vector<Point>& points, Point present, bool& cut)
{
    if (points.size() < most_points)
        points.push_back(present);
    else
        cut = true;
    return present;
}

} // namespace

bool is_of_scripts(const std::string& call)
{
    return call == "call" || call == "workflow.run";
}

Recorder::Recorder(App& app, Tape& tape)
    : app_{app},
      tape_{tape},
      begun_{app.now()},
      stage_{app, border_,
             [this](const Registry::EntryPtr& entry) { return std::make_shared<TapedFunction>(*this, entry->handler); }}
{
    tape_.begun = app.clock().wall();
}

asio::awaitable<Outcome> Recorder::TapedBorder::answer(scripting::Crossing call)
{
    if (is_of_scripts(call.name))
        return call.world(std::move(call.request));
    Asked asked = asked_at(call, scripting::place_of(call.request.script.vm().current().thread));
    return recorder_.kept(std::move(asked), call.world(std::move(call.request)));
}

WallTime Recorder::TapedBorder::wall(WallTime present)
{
    return noted(recorder_.tape_.walls, present, recorder_.tape_.cut);
}

TimePoint Recorder::TapedBorder::now(TimePoint present)
{
    return noted(recorder_.tape_.moments, present, recorder_.tape_.cut);
}

asio::awaitable<Outcome> Recorder::TapedFunction::run(const Invocation& invocation, std::vector<Value> args,
                                                      Observer& observer)
{
    Asked asked = asked_of(invocation, args);
    return recorder_.kept(std::move(asked), real_->run(invocation, std::move(args), observer));
}

asio::awaitable<Outcome> Recorder::kept(Asked asked, asio::awaitable<Outcome> work)
{
    const std::size_t number = tape_.calls.size();
    if (number >= Tape::most_calls) {
        tape_.cut = true;
        Outcome outcome = co_await std::move(work);
        co_return outcome;
    }
    TapedCall& begun = tape_.calls.emplace_back();
    begun.asked = std::move(asked);
    begun.begun = app_.now() - begun_;
    Outcome outcome = co_await std::move(work);
    tape_.calls[number].ended = app_.now() - begun_;
    tape_.calls[number].outcome = outcome;
    co_return outcome;
}

} // namespace forager
