// One life of an agent in a simulation: the real scheduler, store, journal, scripts and sources under a virtual clock,
// on a disk that fails on demand. What lasts longer than a life is in the file and in the ledger.
#pragma once

#include "faulty_vfs.hpp"
#include "ledger.hpp"
#include "runtime/supervisor.hpp"
#include "script_world.hpp"
#include "sources/cron/cron_source.hpp"
#include "sources/queue/queue_source.hpp"
#include "store/store.hpp"
#include "watched_intake.hpp"

#include <memory>
#include <set>
#include <string>

namespace forager::test {

class Life {
public:
    struct Config {
        std::string path; ///< of the state file
        std::uint64_t seed = 1;
        std::size_t concurrency = 4;
        TimePoint now{}; ///< where the clocks stand
        WallTime wall{};
        std::string boot = "first";
    };

    Life(FaultyDisk& disk, Ledger& ledger, const Config& config);
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;
    ~Life();

    /// False when the disk did not let it.
    bool begin();

    /// It is dead from now on: nothing is written, and nobody believes what he hears.
    void kill();
    bool alive() const { return !killed_ && disk_.powered(); }

    /// As after SIGTERM; or takes away what a death has left.
    void end();

    // What clients and operators do; each goes on by itself.
    void submit(Submission submission);
    void cancel(std::string id);
    void retry(std::string id);
    void signal(std::string id);
    void reload();
    void withdraw_one();
    void bring_back();

    /// No more runs of schedules begin.
    void end_schedules() { world_.run(loops_.end("schedules")); }

    /// Runs so many of the things that can run.
    void turns(std::size_t count);
    void pass(Duration time) { world_.clock.run_for(world_.io, time); }

    VirtualClock& clock() { return world_.clock; }
    std::vector<Found> invocations();

private:
    void declare();
    std::vector<Schedule> schedules() const;
    boost::asio::awaitable<Outcome> effect(std::string root, std::string id, std::string name);
    boost::asio::awaitable<Outcome> plain(std::string root);
    boost::asio::awaitable<Outcome> limited(std::string root);
    void tell_ledger();
    void start_loops();
    void do_later(boost::asio::awaitable<void> work);
    boost::asio::awaitable<void> submit_now(Submission submission);
    boost::asio::awaitable<void> cancel_now(std::string id);
    boost::asio::awaitable<void> retry_now(std::string id);
    boost::asio::awaitable<void> signal_now(std::string id);

    FaultyDisk& disk_;
    Ledger& ledger_;
    std::string path_;
    ScriptWorld world_;
    WatchedIntake intake_;
    Supervisor loops_;
    TaskGroup clients_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<QueueSource> queue_;
    std::unique_ptr<CronSource> cron_;
    std::multiset<std::string> busy_; // roots of what does something at this moment
    std::size_t limited_ = 0;         // of these, those of the function that has a limit
    bool killed_ = false;
    bool ended_ = false;
};

} // namespace forager::test
