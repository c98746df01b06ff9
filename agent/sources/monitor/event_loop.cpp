#include "sources/monitor/event_loop.hpp"

#include "io/beside.hpp"
#include "ports/cancellation.hpp"

#include <algorithm>
#include <utility>

namespace forager::monitoring {

namespace asio = boost::asio;

namespace {

constexpr std::size_t remembered = 512;               // the engine itself keeps 256
constexpr std::int64_t overlap = 1'000'000'000;       // events stand in the engine's memory almost in order
constexpr Duration healthy = std::chrono::seconds{5}; // a connection that has lasted

std::string key_of(const docker::Event& event)
{
    return std::to_string(event.time) + " " + event.id + " " + event.action + " " + event.about;
}

} // namespace

/// However the following ends, it is known.
class EventLoop::Breaking {
public:
    explicit Breaking(Event& broken) : broken_{broken} {}
    Breaking(const Breaking&) = delete;
    Breaking& operator=(const Breaking&) = delete;
    ~Breaking() { broken_.set(); }

private:
    Event& broken_;
};

EventLoop::EventLoop(const asio::any_io_executor& executor, Clock& clock, Random& random, Engine& engine, Hears hears)
    : clock_{clock},
      random_{random},
      engine_{engine},
      hears_{std::move(hears)},
      nap_{executor, clock},
      broken_{executor}
{
}

asio::awaitable<void> EventLoop::run()
{
    for (;;) {
        if (!hears_.wants()) {
            co_await nap_.until(TimePoint::max());
            continue;
        }
        const TimePoint begun = clock_.now();
        const Failure failure = co_await listen();
        close(failure);
        if (clock_.now() - begun >= healthy)
            backoff_.reset();
        co_await sleep_for(clock_, backoff_.next(random_.next()));
    }
}

asio::awaitable<Failure> EventLoop::listen()
{
    const auto since = last_ ? std::optional{*last_ - overlap} : std::nullopt;
    auto events = co_await engine_.events(since);
    if (!events)
        co_return events.error();
    broken_.clear();
    open_ = true;
    if (!began_)
        began_ = clock_.wall().time_since_epoch().count();
    if (std::exchange(complained_, false))
        hears_.inform("the Docker engine is back, and tells of its containers again");
    hears_.opened();
    auto following = follow(std::move(*events));
    (void)co_await beside(std::move(following), broken());
    co_return problem_;
}

asio::awaitable<bool> EventLoop::broken()
{
    co_await broken_.wait();
    if (!broken_.happened())
        throw_cancelled();
    co_return true;
}

asio::awaitable<void> EventLoop::follow(std::unique_ptr<EngineEvents> events)
{
    const Breaking at_the_end{broken_};
    problem_ = {Errc::unreachable, "it does not answer"};
    for (;;) {
        auto event = co_await events->next();
        if (!event || !*event) {
            problem_ = event ? Failure{Errc::unreachable, "it ended the connection"} : event.error();
            co_return;
        }
        hear(**event);
    }
}

void EventLoop::hear(const docker::Event& event)
{
    std::string key = key_of(event);
    if (!known_.insert(key).second)
        return;
    order_.push_back(std::move(key));
    if (order_.size() > remembered) {
        known_.erase(order_.front());
        order_.pop_front();
    }
    last_ = std::max(last_.value_or(0), event.time);
    hears_.event(event, event.time < *began_);
}

void EventLoop::close(const Failure& failure)
{
    if (std::exchange(open_, false))
        hears_.closed();
    if (!std::exchange(complained_, true))
        hears_.warn("the Docker engine tells of no containers, and monitors wait until it does: " + failure.message);
}

} // namespace forager::monitoring
