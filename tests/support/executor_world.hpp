// One executor of a colony with everything it stands on: a server and an agent that do as the test says, under a
// virtual clock.
#pragma once

#include "fake_colony.hpp"
#include "io/entropy.hpp"
#include "ports/outbox.hpp"
#include "runtime/semaphore.hpp"
#include "sources/colony/desk.hpp"
#include "virtual_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <exception>
#include <list>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace forager::test {

/// Ends of records, told to a story.
class StoryRecords final : public Records {
public:
    explicit StoryRecords(std::vector<std::string>& story) : story_{story} {}

    std::map<std::string, Outcome> ended;
    bool refuses = false;
    Event* holds_up = nullptr; ///< an end takes until this happens

    boost::asio::awaitable<Result<void>> finish(std::string id, Outcome outcome, WallTime) override
    {
        if (holds_up != nullptr)
            co_await holds_up->wait();
        if (refuses)
            co_return Failure{Errc::refused, "no room"};
        story_.push_back("finish " + id);
        ended.insert_or_assign(id, std::move(outcome));
        co_return Result<void>{};
    }
    void note(std::string id, State, std::string note, std::size_t) override
    {
        story_.push_back("note " + id + ": " + note);
    }
    boost::asio::awaitable<Result<std::pair<QueueEntry, bool>>> add(Submission, WallTime) override
    {
        co_return Failure{};
    }
    boost::asio::awaitable<Result<std::optional<QueueEntry>>> known(Submission) override { co_return Failure{}; }
    boost::asio::awaitable<Result<std::vector<QueueEntry>>> open() override { co_return Failure{}; }
    boost::asio::awaitable<Result<std::vector<BegunWork>>> begin(std::vector<std::string>, WallTime) override
    {
        co_return Failure{};
    }
    boost::asio::awaitable<Result<void>> finish_now(std::string, Outcome, WallTime) override { co_return Failure{}; }
    boost::asio::awaitable<Result<void>> ask_to_end(std::string, WallTime) override { co_return Failure{}; }
    boost::asio::awaitable<Result<std::vector<std::string>>> asked_to_end() override { co_return Failure{}; }
    boost::asio::awaitable<Result<QueueEntry>> revive(std::string) override { co_return Failure{}; }
    boost::asio::awaitable<Result<std::optional<Record>>> find(std::string) override { co_return Failure{}; }
    boost::asio::awaitable<Result<std::vector<Record>>> list(RecordFilter) override { co_return Failure{}; }
    boost::asio::awaitable<Result<void>> signal(std::string, std::string, Value) override { co_return Failure{}; }

private:
    std::vector<std::string>& story_;
};

class StoryOutbox final : public Outbox {
public:
    StoryOutbox(std::vector<std::string>& story, Records& records) : story_{story}, records_{records} {}

    std::map<std::string, LentWork> begun;
    std::map<std::string, std::string> notes; ///< of what was told
    std::vector<LentWork> left;               ///< of an agent before

    void begin(const Invocation& invocation, Object lease, WallTime, Durable durable) override
    {
        story_.push_back((durable == Durable::at_once ? "begin again " : "begin ") + invocation.id);
        begun.insert_or_assign(invocation.id, LentWork{invocation, std::move(lease), 1, {}});
    }
    void told(std::string id, std::string note) override
    {
        story_.push_back("told " + id);
        notes.insert_or_assign(std::move(id), std::move(note));
    }
    boost::asio::awaitable<Result<void>> drop(std::string id, Outcome outcome, std::string note, WallTime now) override
    {
        auto kept = co_await records_.finish(id, std::move(outcome), now);
        if (kept)
            told(id, std::move(note));
        co_return std::move(kept);
    }
    boost::asio::awaitable<Result<std::vector<LentWork>>> open() override { co_return left; }

private:
    std::vector<std::string>& story_;
    Records& records_;
};

/// Work runs until the test ends it.
class HandIntake final : public Intake {
public:
    explicit HandIntake(boost::asio::any_io_executor executor) : executor_{std::move(executor)} {}

    Semaphore places{8};
    std::map<std::string, Invocation> running;
    std::vector<std::string> begun; ///< ids
    std::vector<int> priorities;    ///< of each of them
    std::size_t crowded = 0;

    boost::asio::awaitable<Permit> permit() override { return places.permit(); }
    std::optional<Permit> permit_now() override { return places.permit_now(); }
    std::size_t crowd() const override { return crowded; }
    void submit(Permit permit, Invocation invocation, Reporter& reporter, int priority) override
    {
        begun.push_back(invocation.id);
        priorities.push_back(priority);
        reporter_ = &reporter;
        permits_.insert_or_assign(invocation.id, std::move(permit));
        running.insert_or_assign(invocation.id, std::move(invocation));
    }

    void end(const std::string& id, Outcome outcome)
    {
        Invocation invocation = running.at(id); // throws where a test expects what does not run
        Permit permit = std::move(permits_.at(id));
        running.erase(id);
        permits_.erase(id);
        boost::asio::co_spawn(executor_, report(std::move(permit), std::move(invocation), std::move(outcome)),
                              boost::asio::detached);
    }

private:
    boost::asio::awaitable<void> report(Permit permit, Invocation invocation, Outcome outcome)
    {
        const Permit held = std::move(permit);
        (void)co_await reporter_->report(invocation, outcome);
    }

    boost::asio::any_io_executor executor_;
    std::map<std::string, Permit> permits_;
    Reporter* reporter_ = nullptr;
};

class ExecutorWorld {
public:
    ExecutorWorld()
    {
        clock.be_patient(std::chrono::milliseconds{3});
        colony.story = &story;
        colony.executor_id = who.key.id();
        Function work;
        work.name = "demo.work";
        functions.push_back(work);
    }
    ExecutorWorld(const ExecutorWorld&) = delete;
    ExecutorWorld& operator=(const ExecutorWorld&) = delete;
    ~ExecutorWorld() { end(); }

    colony::Desk desk() { return desk(records, outbox); }

    /// With others to remember what was lent.
    colony::Desk desk(Records& all, Outbox& lent)
    {
        colony::Services services;
        services.functions = [this] { return functions; };
        services.changes = [this] { return functions.size(); };
        services.cancel = [this](const std::string& id) {
            cancelled.push_back(id);
            return intake.running.contains(id);
        };
        services.is_durable = [](const std::string& function) { return function == "demo.durable"; };
        services.ended = [](const std::string&) {};
        services.info = [this](std::string_view text) { log.emplace_back(text); };
        services.warn = services.info;
        return {io.get_executor(),   clock, random, client, server, all, lent, intake, settings,
                std::move(services), who};
    }

    /// Runs beside the test until its end.
    void start(boost::asio::awaitable<void> loop)
    {
        auto& signal = loops_.emplace_back();
        ++alive_;
        boost::asio::co_spawn(
            io, std::move(loop),
            boost::asio::bind_cancellation_slot(signal.slot(), [this](const std::exception_ptr&) { --alive_; }));
    }

    /// Cancels what runs beside the test.
    void end()
    {
        for (auto& signal : loops_)
            signal.emit(boost::asio::cancellation_type::terminal);
        clock.run_until(io, [this] { return alive_ == 0; });
        loops_.clear();
    }

    bool all_ended() const { return alive_ == 0; }
    void pass(Duration time) { clock.run_for(io, time); }
    template <class Done> void until(Done done) { clock.run_until(io, std::move(done)); }

    /// Without time passing but for what it waits for itself.
    template <class T> T run(boost::asio::awaitable<T> work)
    {
        std::optional<T> value;
        boost::asio::co_spawn(io, std::move(work), [&](const std::exception_ptr& thrown, T result) {
            if (thrown)
                std::rethrow_exception(thrown);
            value.emplace(std::move(result));
        });
        until([&] { return value.has_value(); });
        return std::move(*value);
    }

    boost::asio::io_context io{1};
    VirtualClock clock;
    BlockingPool pool{1};
    SystemRandom random{1};
    std::vector<std::string> story; ///< what was kept, begun and told, in its order
    std::vector<std::string> log;   ///< of the agent
    FakeColony colony;
    HttpPeer peer{io, [this](const std::string& request) { return colony.answer(request); }};
    colonies::Client client{pool, clock, address(peer)};
    colony::ServerState server{clock,
                               "server",
                               {[this](std::string_view text) { log.emplace_back(text); },
                                [this](std::string_view text) { log.emplace_back(text); }}};
    StoryRecords records{story};
    StoryOutbox outbox{story, records};
    HandIntake intake{io.get_executor()};
    std::vector<Function> functions;
    std::vector<std::string> cancelled; ///< what was asked to end
    colony::Settings settings;
    colony::Identity who{"c", "edge-1", {"edge"}, colonies::PrivateKey::generate(), {}, "", false};

private:
    static colonies::Client::Config address(const HttpPeer& peer)
    {
        colonies::Client::Config config;
        config.port = peer.port();
        return config;
    }

    std::list<boost::asio::cancellation_signal> loops_;
    std::size_t alive_ = 0;
};

} // namespace forager::test
