// Work of which only so much goes on at once, the rest in its order after that. On the strand.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <utility>

namespace forager::monitoring {

/// Begins a coroutine, at the next turn of the loop and not before; it is cancelled and waited for before what it
/// refers to is gone.
using Spawn = std::function<void(boost::asio::awaitable<void> work)>;

class Lanes {
public:
    using Work = std::function<boost::asio::awaitable<void>()>;

    Lanes(std::size_t most, Spawn spawn) : most_{most}, spawn_{std::move(spawn)} {}
    Lanes(const Lanes&) = delete;
    Lanes& operator=(const Lanes&) = delete;

    void add(Work work)
    {
        waiting_.push_back(std::move(work));
        start();
    }

private:
    /// One who has a lane.
    class Inside {
    public:
        explicit Inside(Lanes& lanes) : lanes_{lanes} {}
        Inside(const Inside&) = delete;
        Inside& operator=(const Inside&) = delete;
        ~Inside()
        {
            --lanes_.taken_;
            lanes_.start();
        }

    private:
        Lanes& lanes_;
    };

    void start()
    {
        while (taken_ < most_ && !waiting_.empty()) {
            ++taken_;
            Work work = std::move(waiting_.front());
            waiting_.pop_front();
            spawn_(run(std::move(work)));
        }
    }

    boost::asio::awaitable<void> run(Work work)
    {
        const Inside inside{*this};
        auto begun = work();
        co_await std::move(begun);
    }

    std::size_t most_;
    Spawn spawn_;
    std::size_t taken_ = 0;
    std::deque<Work> waiting_;
};

} // namespace forager::monitoring
