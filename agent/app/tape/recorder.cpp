#include "app/tape/recorder.hpp"

#include "scripting/lua_failure.hpp"
#include "scripting/vm/vm.hpp"

#include <functional>
#include <string_view>
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

// Hears what is said, and passes it on.
class Overhearing final : public Observer {
public:
    Overhearing(Observer& target, std::function<void(std::string_view)> hear) : target_{target}, hear_{std::move(hear)}
    {
    }

    void state(const Invocation& invocation, State state, std::string_view note) override
    {
        target_.state(invocation, state, note);
    }

    void line(const Invocation& invocation, std::string_view text) override
    {
        hear_(text);
        target_.line(invocation, text);
    }

private:
    Observer& target_;
    std::function<void(std::string_view)> hear_;
};

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
    Asked asked = asked_at(call, place_of(call));
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
    return recorder_.kept_function(real_, invocation, std::move(args), observer);
}

std::optional<std::size_t> Recorder::begin(Asked asked)
{
    if (tape_.calls.size() >= Tape::most_calls) {
        tape_.cut = true;
        return std::nullopt;
    }
    TapedCall& begun = tape_.calls.emplace_back();
    begun.asked = std::move(asked);
    begun.begun = app_.now() - begun_;
    return tape_.calls.size() - 1;
}

void Recorder::end(std::optional<std::size_t> number, const Outcome& outcome)
{
    if (!number)
        return;
    tape_.calls[*number].ended = app_.now() - begun_;
    tape_.calls[*number].outcome = outcome;
}

asio::awaitable<Outcome> Recorder::kept(Asked asked, asio::awaitable<Outcome> work)
{
    const auto number = begin(std::move(asked));
    Outcome outcome = co_await std::move(work);
    end(number, outcome);
    co_return outcome;
}

asio::awaitable<Outcome> Recorder::kept_function(std::shared_ptr<Handler> real, const Invocation& invocation,
                                                 std::vector<Value> args, Observer& observer)
{
    const auto number = begin(asked_of(invocation, args));
    Overhearing overhearing{observer, [&](std::string_view text) {
                                if (number)
                                    tape_.calls[*number].lines.emplace_back(text);
                            }};
    Outcome outcome = co_await real->run(invocation, std::move(args), overhearing);
    end(number, outcome);
    co_return outcome;
}

} // namespace forager
