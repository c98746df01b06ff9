#include "primitives/colony/member.hpp"

#include "base/counted.hpp"
#include "clients/colonies/calls/processes.hpp"
#include "clients/colonies/subscription.hpp"
#include "core/invocation.hpp"
#include "io/beside.hpp"
#include "io/nap.hpp"
#include "primitives/colony/patience.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <utility>

namespace forager {

namespace asio = boost::asio;
using colonies::Process;
using colonies::ProcessState;

namespace {

constexpr Duration first_pause = std::chrono::milliseconds{50};
constexpr Duration longest_pause = std::chrono::seconds{2};
constexpr Duration pause_for_each = std::chrono::milliseconds{20}; // so many waits ask no more than some looks a second
constexpr std::chrono::seconds subscription_time{600};
constexpr Duration between_subscriptions = std::chrono::seconds{5};
constexpr std::size_t most_listeners = 8; // connections; the other waits only look

// The state of a failure is seen before its errors, which one of a whole workflow that failed never has.
bool lacks_errors(const Process& process)
{
    return process.state == ProcessState::failed && process.errors.empty();
}

} // namespace

ColonyMember::ColonyMember(std::shared_ptr<colonies::Client> client, const colonies::PrivateKey& key,
                           std::string colony, Clock& clock)
    : client_{std::move(client)},
      key_{std::make_unique<const colonies::PrivateKey>(key)},
      colony_{std::move(colony)},
      clock_{clock}
{
}

ColonyMember::~ColonyMember() = default;

void ColonyMember::add_executor(const colonies::PrivateKey& key)
{
    executors_.push_back(std::make_unique<ColonyMember>(client_, key, colony_, clock_));
    if (owner_)
        executors_.back()->own_with(*owner_);
}

void ColonyMember::own_with(const colonies::PrivateKey& key)
{
    owner_ = std::make_unique<const colonies::PrivateKey>(key);
    for (const auto& executor : executors_)
        executor->own_with(key);
}

// It stands in the environment of all that a process starts here.
ColonyMember& ColonyMember::who_runs(const Invocation& invocation)
{
    const auto id = part<std::string>(invocation.env, "COLONIES_EXECUTOR_ID");
    const auto found = std::ranges::find_if(executors_, [&](const auto& one) { return one->key_->id() == id; });
    return found == executors_.end() ? *this : **found;
}

colonies::Caller ColonyMember::caller() const
{
    return {*client_, *key_};
}

Result<colonies::Caller> ColonyMember::owner() const
{
    if (owner_)
        return colonies::Caller{*client_, *owner_};
    return Failure{Errc::refused, "only the owner of the colony " + colony_ +
                                      " may do this: set [colony] owner_key (COLONIES_COLONY_PRVKEY)"};
}

std::string ColonyMember::peer() const
{
    return client_->peer();
}

// Microseconds since 1970: other languages' numbers hold them, too.
std::int64_t ColonyMember::next_sequence()
{
    const auto now = std::chrono::duration_cast<std::chrono::microseconds>(clock_.wall().time_since_epoch()).count();
    last_sequence_ = std::max<std::int64_t>(now, last_sequence_ + 1);
    return last_sequence_;
}

asio::awaitable<Result<Process>> ColonyMember::wait(std::string process)
{
    const auto executor = co_await asio::this_coro::executor;
    const Counted one_more{waits_};
    Nap nap{executor, clock_};
    auto looking = look(process, nap);
    if (waits_ > most_listeners) {
        auto ended = co_await std::move(looking);
        co_return ended;
    }
    auto listening = listen(std::move(process), nap);
    auto ended = co_await beside(std::move(listening), std::move(looking));
    co_return ended;
}

asio::awaitable<Result<Process>> ColonyMember::look(std::string process, Nap& nap)
{
    ColonyPatience patience;
    bool read_again = true;
    for (Duration pause = first_pause;; pause = std::min(2 * pause, longest_pause)) {
        auto found = co_await colonies::get_process(caller(), process);
        if (found.has_error() && !patience.bears(found.error(), clock_.now()))
            co_return found;
        if (found.has_value())
            patience.restore();
        const bool ended = found.has_value() && has_ended(found->state);
        if (ended && !(read_again && lacks_errors(*found)))
            co_return found;
        if (ended) {
            read_again = false;
            pause = first_pause;
        }
        co_await nap.until(clock_.now() + std::max<Duration>(pause, pause_for_each * static_cast<int>(waits_)));
    }
}

// A hint only: whatever goes wrong here, the looks go on.
asio::awaitable<void> ColonyMember::listen(std::string process, Nap& nap)
{
    for (;;) {
        const TimePoint again = clock_.now() + between_subscriptions;
        auto events = co_await colonies::subscribe_process_end(caller(), colony_, process, subscription_time);
        while (events.has_value()) {
            const auto event = co_await events->next();
            if (event.has_error())
                break;
            nap.wake();
        }
        co_await sleep_until(clock_, again);
    }
}

} // namespace forager
