// An executor that keeps when it last ran something: the sign of life of a coroutine that runs on it. For the
// supervisor; its clock must outlive it.
#pragma once

#include "ports/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <memory>
#include <utility>

namespace forager {

class PulseExecutor {
public:
    PulseExecutor(boost::asio::any_io_executor inner, const Clock& clock, std::shared_ptr<TimePoint> alive)
        : inner_{std::move(inner)}, clock_{&clock}, alive_{std::move(alive)}
    {
    }

    template <class Function> void execute(Function function) const
    {
        inner_.execute([clock = clock_, alive = alive_, function = std::move(function)]() mutable {
            *alive = clock->now();
            std::move(function)();
        });
    }

    boost::asio::execution_context& query(boost::asio::execution::context_t) const noexcept
    {
        return boost::asio::query(inner_, boost::asio::execution::context);
    }

    // What Asio asks of an executor, handed on.
    PulseExecutor require(boost::asio::execution::blocking_t::never_t what) const
    {
        return {boost::asio::require(inner_, what), *clock_, alive_};
    }
    PulseExecutor require(boost::asio::execution::blocking_t::possibly_t what) const { return preferring(what); }
    PulseExecutor require(boost::asio::execution::outstanding_work_t::tracked_t what) const { return preferring(what); }
    PulseExecutor require(boost::asio::execution::outstanding_work_t::untracked_t what) const
    {
        return preferring(what);
    }
    PulseExecutor require(boost::asio::execution::relationship_t::fork_t what) const { return preferring(what); }
    PulseExecutor require(boost::asio::execution::relationship_t::continuation_t what) const
    {
        return preferring(what);
    }

    friend bool operator==(const PulseExecutor& a, const PulseExecutor& b) noexcept
    {
        return a.inner_ == b.inner_ && a.alive_ == b.alive_;
    }

private:
    template <class Property> PulseExecutor preferring(Property what) const
    {
        return {boost::asio::prefer(inner_, what), *clock_, alive_};
    }

    boost::asio::any_io_executor inner_;
    const Clock* clock_;
    std::shared_ptr<TimePoint> alive_;
};

} // namespace forager
