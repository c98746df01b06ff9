#include "runtime/function_limits.hpp"

#include <algorithm>

namespace forager {

namespace asio = boost::asio;

// Marks those who hold a permit and wait for this invocation: as long as it waits, they cannot make room.
class FunctionLimits::Blocked {
public:
    Blocked(Limit& limit, const std::vector<Caller>& chain) : limit_{limit}, chain_{chain}
    {
        for_each_holder([](std::size_t& below) { ++below; });
    }
    Blocked(const Blocked&) = delete;
    Blocked& operator=(const Blocked&) = delete;
    ~Blocked()
    {
        // A holder may have come back for another try in the meantime, with nobody below it.
        for_each_holder([](std::size_t& below) { below -= below > 0 ? 1 : 0; });
    }

private:
    template <class Change> void for_each_holder(Change change)
    {
        for (const Caller& caller : chain_)
            if (const auto holder = limit_.holders.find(caller.id); holder != limit_.holders.end())
                change(holder->second);
    }

    Limit& limit_;
    const std::vector<Caller>& chain_;
};

std::size_t FunctionLimits::room(const Function& function) const
{
    if (function.concurrency == 0)
        return Intake::no_limit;
    const auto found = limits_.find(function.name);
    const std::size_t held = found == limits_.end() ? 0 : found->second.semaphore.held();
    return function.concurrency - std::min(function.concurrency, held);
}

bool FunctionLimits::is_stuck(const Limit& limit, std::size_t most)
{
    return limit.holders.size() >= most &&
           std::ranges::all_of(limit.holders, [](const auto& holder) { return holder.second > 0; });
}

asio::awaitable<Result<Permit>> FunctionLimits::permit(const Function& function, const Invocation& invocation,
                                                       int priority)
{
    if (function.concurrency == 0)
        co_return Permit{};
    Limit& limit = limits_[function.name];
    limit.semaphore.resize(function.concurrency);
    {
        const Blocked blocked{limit, invocation.chain};
        if (!limit.semaphore.has_room() && is_stuck(limit, function.concurrency)) {
            Failure failure{Errc::limit, function.name + " would wait for itself: all " +
                                             std::to_string(function.concurrency) +
                                             " that its concurrency allows wait for another call of it"};
            failure.retry = false;
            co_return failure;
        }
        co_await limit.semaphore.take(priority);
    }
    co_return held_by(limit, invocation.id);
}

std::optional<Permit> FunctionLimits::permit_now(const Function& function, const Invocation& invocation)
{
    if (function.concurrency == 0)
        return {};
    Limit& limit = limits_[function.name];
    limit.semaphore.resize(function.concurrency);
    if (!limit.semaphore.take_now())
        return {};
    return held_by(limit, invocation.id);
}

Permit FunctionLimits::held_by(Limit& limit, const std::string& id)
{
    const auto holder = limit.holders.emplace(id, 0);
    return Permit{[this, &limit, holder] {
        limit.holders.erase(holder);
        limit.semaphore.give_back();
        if (tell_)
            tell_();
    }};
}

} // namespace forager
