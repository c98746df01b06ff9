#include "scripting/listener.hpp"

#include <utility>

namespace forager::scripting {

namespace asio = boost::asio;

namespace {

constexpr std::size_t most_in_a_row = 256; // then others have their turn
constexpr std::size_t pile = 1024;         // that waits to be computed
constexpr Duration between_words = std::chrono::seconds{1};

std::int64_t fresh_turn(const Script& script)
{
    return script.listening.empty() ? 1 : script.listening.rbegin()->first + 1;
}

std::size_t size_of(const BrokerMessage& message)
{
    return message.channel.size() + message.payload.size();
}

} // namespace

Listener::Listener(std::shared_ptr<Script> script, Watcher watcher, Parts parts, Limits limits)
    : script_{std::move(script)},
      watcher_{std::move(watcher)},
      parts_{std::move(parts)},
      limits_{limits},
      eased_{script_->world().executor}
{
}

Listener::~Listener() = default;

void Listener::deliver(std::vector<BrokerMessage> messages)
{
    for (BrokerMessage& message : messages) {
        const std::size_t size = size_of(message);
        if (messages_.size() >= limits_.waiting || bytes_ + size > limits_.bytes) {
            drop();
            continue;
        }
        bytes_ += size;
        messages_.push_back(std::move(message));
    }
    begin();
}

asio::awaitable<void> Listener::eased()
{
    while (messages_.size() > pile && turn_ != 0 && !parts_.gate.is_shut()) {
        eased_.clear();
        co_await eased_.wait();
    }
}

void Listener::begin()
{
    if (messages_.empty() || turn_ != 0 || calls_ >= limits_.at_once)
        return;
    turn_ = fresh_turn(*script_);
    taken_ = 0;
    ++calls_;
    script_->listening.emplace(turn_, this);
    parts_.calls.spawn(watcher_.event, serve(shared_from_this(), turn_));
}

// Somebody else may go on with the messages.
void Listener::leave(std::int64_t turn)
{
    if (turn_ != turn)
        return;
    turn_ = 0;
    eased_.set();
    begin();
}

asio::awaitable<void> Listener::serve(std::shared_ptr<Listener> self, std::int64_t turn)
{
    struct End {
        Listener& listener;
        std::int64_t turn;
        ~End()
        {
            listener.script_->listening.erase(turn);
            --listener.calls_;
            listener.leave(turn);
            listener.begin();
        }
    };
    const End at_the_end{*this, turn};
    co_await parts_.gate.opened();
    const Gate::Inside inside = parts_.gate.pass();
    Invocation invocation;
    invocation.id = parts_.fresh_id();
    invocation.function = watcher_.function;
    invocation.source = "broker"; // as of those that go through the queue: policies bind both
    invocation.label = watcher_.event;
    const Outcome outcome =
        co_await script_->hear(watcher_.reference, turn, invocation, parts_.observer, [this, turn] { leave(turn); });
    if (!outcome)
        tell_of_failure(invocation, outcome.error());
    if (messages_.empty())
        tell_of_drops();
}

// A task that has waited, or has spawned others, is the call's own by now.
int Listener::take(lua_State* L, std::int64_t turn)
{
    const Task& task = script_->vm().current();
    const bool is_clean = task.first_child == nullptr && task.first_failed == nullptr;
    if (turn_ != turn || messages_.empty() || taken_ == most_in_a_row || !is_clean)
        return 0;
    taking_ = std::move(messages_.front()); // kept here, since pushing it may raise
    messages_.pop_front();
    bytes_ -= size_of(taking_);
    ++taken_;
    ++handled_;
    lua_createtable(L, 0, 2);
    lua_pushlstring(L, taking_.channel.data(), taking_.channel.size());
    lua_setfield(L, -2, "channel");
    lua_pushlstring(L, taking_.payload.data(), taking_.payload.size());
    lua_setfield(L, -2, "payload");
    return 1;
}

// For messages.
std::string Listener::place() const
{
    return "'" + watcher_.event + "' at " + watcher_.where + ": ";
}

void Listener::drop()
{
    ++dropped_;
    ++untold_;
    if (!told_ || parts_.clock.now() >= *told_ + between_words)
        tell_of_drops();
}

void Listener::tell_of_drops()
{
    if (untold_ == 0)
        return;
    parts_.tell(place() + (untold_ == 1 ? "1 message was" : std::to_string(untold_) + " messages were") +
                " dropped: more come than its handler keeps up with, and [broker] buffer is full");
    untold_ = 0;
    told_ = parts_.clock.now();
}

void Listener::tell_of_failure(const Invocation& call, const Failure& failure)
{
    const TimePoint now = parts_.clock.now();
    if (failure_told_ && now < *failure_told_ + between_words) {
        ++silent_failures_;
        return;
    }
    failure_told_ = now;
    if (silent_failures_ > 0)
        parts_.tell(place() + std::to_string(silent_failures_) + " calls failed in between");
    silent_failures_ = 0;
    parts_.failed(call, failure);
}

} // namespace forager::scripting
