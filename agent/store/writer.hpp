// Runs jobs on the database one after another, on a thread of its own, and commits those that wait together at once:
// one flush to the disk serves all of them, and a commit without one those that need none. Part of the store; lives on
// the strand.
#pragma once

#include "core/failure.hpp"
#include "io/event.hpp"
#include "io/pool.hpp"
#include "ports/clock.hpp"
#include "ports/durable.hpp"
#include "store/database.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace forager::store {

/// Thrown by a job that does not want to do what it was asked for: nothing of it is done.
struct JobRefused : std::runtime_error {
    explicit JobRefused(Failure failure) : std::runtime_error{failure.message}, failure{std::move(failure)} {}
    Failure failure;
};

class Writer {
public:
    /// Runs on the store's thread, inside a transaction; may run again when that could not be committed. What it throws
    /// is its failure alone, and undoes what it did.
    using Job = std::function<void(Connection&)>;

    /// `beside`: on a thread of its own; else the loop waits for each commit, and every run of it is the same.
    Writer(boost::asio::any_io_executor executor, Clock& clock, std::unique_ptr<Connection> database,
           bool beside = true);
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    ~Writer();

    /// What the job changed is safe when this returns. A cancellation of the caller takes effect after that: what was
    /// asked for is done. Failures: those of `database_failure`, or the job's own (`JobRefused`).
    boost::asio::awaitable<Result<void>> run(Job job);

    /// The same for a job that finds something.
    template <class T, class Find> boost::asio::awaitable<Result<T>> ask(Find find)
    {
        const auto found = std::make_shared<std::optional<T>>();
        Job job = [found, find = std::move(find)](Connection& database) { found->emplace(find(database)); };
        const Result<void> done = co_await run(std::move(job));
        if (!done)
            co_return done.error();
        co_return std::move(**found);
    }

    /// As `run`, again and again while the disk takes nothing: for what must not be lost. Can be cancelled between two
    /// tries. A file that is damaged is not cured by trying again: that fails at once.
    boost::asio::awaitable<Result<void>> run_surely(Job job);

    /// From now on nothing is tried again: the agent has no time left. Who waits for the next try, for 5 seconds at
    /// most, hears of the failure after that one.
    void hurry() { hurried_ = true; }

    /// Has the job run after those that were asked for before; nobody hears how it ended. What is durable soon waits
    /// for others, for 50 ms at most. `prepare` is called on the strand just before the job is handed over, when its
    /// commit begins.
    void post(Job job, Durable durable, std::function<void()> prepare = {});

    /// As `post`, but tried again and again, before all that was asked for later, while the disk takes nothing.
    /// Meanwhile `run_surely` waits, too: what builds on it is not written without it.
    void post_surely(Job job, Durable durable);

    /// Jobs that wait, for those who must not ask for more.
    std::size_t waiting() const { return waiting_.size(); }

    /// Whether `close` has been called: what is posted from now on is not written.
    bool closing() const { return closed_; }

    /// Waits until nothing waits, and closes the file; jobs that come later are refused.
    boost::asio::awaitable<void> close();

    /// How long the disk takes.
    struct Pace {
        Duration last{};    ///< the last commit took
        Duration present{}; ///< the one that goes on has taken so far; 0: none goes on
    };
    Pace pace() const;

    /// What is wrong with the file or its disk at this moment; empty when what was written last is there.
    const std::string& trouble() const { return trouble_; }

    /// Waits until something is wrong.
    boost::asio::awaitable<void> troubled();

    /// Writes what changes nothing, to see whether the disk takes it. Failures: those of `database_failure`.
    boost::asio::awaitable<Result<void>> probe();

private:
    struct Entry;
    using Batch = std::vector<std::shared_ptr<Entry>>;

    /// Those that wait have waited for long enough.
    class Patience final : public Timer {
    public:
        explicit Patience(Writer& writer) : writer_{writer} {}
        Patience(const Patience&) = delete;
        Patience& operator=(const Patience&) = delete;
        ~Patience() { writer_.clock_.disarm(*this); }
        void fire() override { writer_.start(); }

    private:
        Writer& writer_;
    };

    boost::asio::awaitable<void> settle(std::shared_ptr<Entry> entry);
    void add(std::shared_ptr<Entry> entry);
    void start();
    void be_patient();
    bool is_pressing() const;
    boost::asio::awaitable<void> gather();
    boost::asio::awaitable<void> work();
    boost::asio::awaitable<void> run_beside(std::function<void()> work);
    bool run_batch(std::span<const std::shared_ptr<Entry>> batch);
    void keep_refused(const Batch& batch);
    std::optional<SQLite::Exception> commit_together(std::span<const std::shared_ptr<Entry>> batch);
    bool run_together(std::span<const std::shared_ptr<Entry>> batch);
    void run_beside_others(Entry& entry);
    void set_flushing(std::span<const std::shared_ptr<Entry>> batch);
    void judge(const Batch& batch);

    boost::asio::any_io_executor executor_;
    Clock& clock_;
    std::unique_ptr<Connection> database_;
    Batch waiting_;
    Patience patience_{*this};
    bool flushes_ = true;       // the connection with each commit; this and the next belong to the store's thread
    std::size_t unflushed_ = 0; // commits since the last flush
    std::string trouble_;
    Event troubled_;
    bool wrote_ = false; // the present batch, at least in part
    Duration last_commit_{};
    std::optional<TimePoint> commit_began_;
    bool working_ = false;
    bool closed_ = false;
    bool hurried_ = false;
    Event idle_;
    std::optional<BlockingPool> thread_; // the last, so that its end comes before that of the file
};

} // namespace forager::store
