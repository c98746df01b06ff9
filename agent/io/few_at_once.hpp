// Many pieces of work of one kind, a few of them at a time. On the caller's strand.
#pragma once

#include "io/event.hpp"
#include "ports/under_alarm.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <functional>
#include <list>

namespace forager {

/// Does one piece, by its index from 0; false: no more are to be begun. Called on the strand, and outlives the whole.
using Piece = std::function<boost::asio::awaitable<bool>(std::size_t index)>;

namespace detail {

class FewAtOnce final : public Alarm {
public:
    FewAtOnce(boost::asio::any_io_executor executor, std::size_t count, const Piece& piece)
        : executor_{std::move(executor)}, gone_{executor_}, count_{count}, piece_{piece}
    {
    }

    /// Nobody cancels the waiting; the caller's cancellation goes to those who work.
    boost::asio::cancellation_slot slot() override { return never_.slot(); }

    void cancel(boost::asio::cancellation_type type) override
    {
        cancelled_ = true;
        for (boost::asio::cancellation_signal& worker : workers_)
            worker.emit(type);
    }

    boost::asio::awaitable<bool> run(std::size_t most)
    {
        if (cancelled_)
            co_return false;
        left_ = std::min(most, count_);
        for (std::size_t i = left_; i > 0; --i)
            boost::asio::co_spawn(
                executor_, work(),
                boost::asio::bind_cancellation_slot(workers_.emplace_back().slot(),
                                                    [this](const std::exception_ptr& thrown) { ended(thrown); }));
        while (left_ > 0)
            co_await gone_.wait();
        if (thrown_)
            std::rethrow_exception(thrown_);
        co_return next_ >= count_;
    }

private:
    boost::asio::awaitable<void> work()
    {
        while (next_ < count_ && !cancelled_)
            if (!co_await piece_(next_++))
                count_ = std::min(count_, next_); // what others have begun they end
    }

    void ended(const std::exception_ptr& thrown)
    {
        if (thrown && !thrown_)
            thrown_ = thrown;
        if (thrown)
            count_ = std::min(count_, next_);
        if (--left_ == 0)
            gone_.set();
    }

    boost::asio::any_io_executor executor_;
    Event gone_;
    std::size_t count_;
    const Piece& piece_;
    std::size_t next_ = 0;
    std::size_t left_ = 0;
    bool cancelled_ = false;
    std::exception_ptr thrown_;
    boost::asio::cancellation_signal never_;
    std::list<boost::asio::cancellation_signal> workers_;
};

} // namespace detail

/// Does `count` pieces, at most `most` at a time, and returns or throws when none is under way any more. What a piece
/// throws ends the rest and is thrown; a cancellation of the caller's reaches all of them.
inline boost::asio::awaitable<void> few_at_once(std::size_t most, std::size_t count, Piece piece)
{
    detail::FewAtOnce all{co_await boost::asio::this_coro::executor, count, piece};
    auto work = all.run(most);
    (void)co_await detail::under_alarm(all, std::move(work));
}

} // namespace forager
