// The nurseries of a runner: which command goes to which, how many there are, how long they live. On the strand.
#pragma once

#include "io/pool.hpp"
#include "io/process/launch.hpp"
#include "io/process/nursery.hpp"
#include "io/process/nursery_key.hpp"
#include "ports/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace forager {

class Nurseries final : private Timer {
public:
    static constexpr std::size_t most_living = 4;
    static constexpr Duration longest_idle = std::chrono::minutes{10};

    /// What gives a nursery its tags and starts it.
    using Launch = std::function<boost::asio::awaitable<Result<Launched>>(LaunchPlan plan)>;

    /// All but the executor must outlive it. `environment` is what all commands have; `strays` takes nurseries that are
    /// to end.
    Nurseries(boost::asio::any_io_executor executor, BlockingPool& pool, Clock& clock, const Environment& environment,
              std::shared_ptr<std::vector<pid_t>> strays, Launch launch);
    Nurseries(const Nurseries&) = delete;
    Nurseries& operator=(const Nurseries&) = delete;
    ~Nurseries() { clock_.disarm(*this); }

    /// A child that waits for its stdin, with the tags and limits of the plan. Nothing: it is to be started, as the
    /// first of its kind is, which would gain nothing, or because there is no nursery to be had. Throws when the
    /// caller is cancelled.
    boost::asio::awaitable<std::optional<Launched>> bear(const LaunchPlan& plan);

    /// Which command of a kind is the first that is borne; by default the second.
    void begin_with(std::size_t command) { first_borne_ = command; }

    std::size_t living() const;

private:
    struct Kind {
        std::shared_ptr<Nursery> nursery;
        Turns starting;
        std::size_t commands = 0;
        TimePoint used{};
        std::optional<TimePoint> not_before; // its nursery does not work

        explicit Kind(boost::asio::any_io_executor executor) : starting{std::move(executor), 1} {}
    };
    using KindPtr = std::shared_ptr<Kind>;
    using Kinds = std::map<NurseryKey, KindPtr>;

    void fire() override;
    KindPtr kind_of(const NurseryKey& key);
    void forget_oldest(bool with_nursery);
    boost::asio::awaitable<std::shared_ptr<Nursery>> nursery_of(KindPtr kind, const NurseryKey& key,
                                                                const LaunchPlan& plan);
    boost::asio::awaitable<std::optional<Launched>> borne_by(std::shared_ptr<Nursery> nursery, const LaunchPlan& plan,
                                                             bool own_environment);

    boost::asio::any_io_executor executor_;
    BlockingPool& pool_;
    Clock& clock_;
    const Environment& environment_;
    std::shared_ptr<std::vector<pid_t>> strays_;
    Launch launch_;
    Kinds kinds_;
    std::size_t first_borne_ = 2;
};

} // namespace forager
