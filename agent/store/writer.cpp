#include "store/writer.hpp"

#include "core/retry.hpp"
#include "store/schema.hpp"
#include "store/write_ahead_log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <iterator>
#include <optional>
#include <utility>

namespace forager::store {

namespace asio = boost::asio;

struct Writer::Entry {
    Entry(Job job, const asio::any_io_executor& executor, Durable durable = Durable::at_once)
        : job{std::move(job)}, durable{durable}, done{executor}
    {
    }

    static bool is_at_once(const std::shared_ptr<Entry>& entry) { return entry->durable == Durable::at_once; }

    void fail(const SQLite::Exception& error)
    {
        failure = database_failure(error);
        blame = blame_for(error);
    }

    bool must_wait() const { return insists && failure && blame == Blame::world; }

    Job job;
    Durable durable;
    std::function<void()> prepare;
    bool insists = false; // tried again until the disk takes it
    bool heard = true;    // by somebody, who tries it again
    std::optional<Failure> failure;
    Blame blame = Blame::statement;
    Event done;
};

namespace {

constexpr std::size_t largest_batch = 1000;
constexpr Duration patience = std::chrono::milliseconds{50};
constexpr Duration until_next_try = std::chrono::milliseconds{500};
constexpr std::uint64_t largest_chance = ~std::uint64_t{0}; // one disk, one who asks: no need to spread

int pages_written(Connection& database)
{
    int written = 0;
    int ignored = 0;
    sqlite3_db_status(database.getHandle(), SQLITE_DBSTATUS_CACHE_WRITE, &written, &ignored, 0);
    return written;
}

// SQLite ends the transaction by itself after some errors.
void roll_back(Connection& database)
{
    if (sqlite3_get_autocommit(database.getHandle()) == 0)
        database.tryExec("ROLLBACK");
}

} // namespace

Writer::Writer(asio::any_io_executor executor, Clock& clock, std::unique_ptr<Connection> database, bool beside)
    : executor_{std::move(executor)},
      clock_{clock},
      database_{std::move(database)},
      troubled_{executor_},
      idle_{executor_}
{
    if (beside)
        thread_.emplace(1);
    idle_.set();
}

Writer::~Writer() = default;

// A cancellation of the caller does not end it: the store's thread has the job already.
asio::awaitable<void> Writer::settle(std::shared_ptr<Entry> entry)
{
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    add(entry);
    while (!entry->done.happened())
        co_await entry->done.wait();
    co_await asio::this_coro::throw_if_cancelled(throws);
}

asio::awaitable<Result<void>> Writer::run(Job job)
{
    const auto entry = std::make_shared<Entry>(std::move(job), executor_);
    co_await settle(entry);
    if (entry->failure)
        co_return *entry->failure;
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Writer::run_surely(Job job)
{
    Backoff pauses{std::chrono::milliseconds{200}, std::chrono::seconds{5}};
    for (;;) {
        const auto entry = std::make_shared<Entry>(job, executor_);
        entry->insists = true;
        co_await settle(entry);
        if (!entry->failure)
            co_return Result<void>{};
        if (entry->blame != Blame::world || closed_ || hurried_)
            co_return *entry->failure;
        co_await sleep_for(clock_, pauses.next(largest_chance));
    }
}

void Writer::post(Job job, Durable durable, std::function<void()> prepare)
{
    auto entry = std::make_shared<Entry>(std::move(job), executor_, durable);
    entry->prepare = std::move(prepare);
    add(std::move(entry));
}

void Writer::post_surely(Job job, Durable durable)
{
    auto entry = std::make_shared<Entry>(std::move(job), executor_, durable);
    entry->insists = true;
    entry->heard = false;
    add(std::move(entry));
}

void Writer::add(std::shared_ptr<Entry> entry)
{
    if (closed_) {
        entry->failure = Failure{Errc::refused, "the state file is closed: the agent is stopping"};
        entry->done.set();
        return;
    }
    waiting_.push_back(std::move(entry));
    if (Entry::is_at_once(waiting_.back()) || waiting_.size() >= largest_batch)
        start();
    else
        be_patient();
}

void Writer::start()
{
    clock_.disarm(patience_);
    if (std::exchange(working_, true))
        return;
    idle_.clear();
    asio::co_spawn(executor_, work(), asio::detached); // waited for by close()
}

// Who is in no hurry waits for somebody who is.
void Writer::be_patient()
{
    if (!working_ && !patience_.armed())
        clock_.arm(patience_, clock_.now() + (waiting_.front()->failure ? until_next_try : patience));
}

bool Writer::is_pressing() const
{
    return std::ranges::any_of(waiting_, &Entry::is_at_once) || (closed_ && !waiting_.empty());
}

// Whoever is about to ask shares the flush: as long as each turn of the loop brings more, they are waited for.
asio::awaitable<void> Writer::gather()
{
    for (std::size_t known = 0; known < waiting_.size() && known < largest_batch;) {
        known = waiting_.size();
        co_await asio::post(executor_, asio::use_awaitable);
    }
}

asio::awaitable<void> Writer::work()
{
    do {
        co_await gather();
        const std::size_t count = std::min(waiting_.size(), largest_batch);
        const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
        const Batch batch{std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end)};
        waiting_.erase(waiting_.begin(), end);
        for (const auto& entry : batch)
            if (entry->prepare)
                std::exchange(entry->prepare, {})();
        std::function<void()> commit = [&] { run_batch(batch); };
        commit_began_ = clock_.now();
        co_await run_beside(std::move(commit));
        last_commit_ = clock_.now() - *std::exchange(commit_began_, std::nullopt);
        judge(batch);
        keep_refused(batch);
        for (const auto& entry : batch)
            entry->done.set();
    } while (is_pressing());
    working_ = false;
    idle_.set();
    if (!waiting_.empty())
        be_patient();
}

void Writer::keep_refused(const Batch& batch)
{
    if (closed_ || hurried_)
        return;
    Batch refused;
    std::ranges::copy_if(batch, std::back_inserter(refused),
                         [](const auto& entry) { return entry->must_wait() && !entry->heard; });
    for (const auto& entry : refused)
        entry->durable = Durable::soon; // not at once again: the disk gets some time
    waiting_.insert(waiting_.begin(), refused.begin(), refused.end());
}

// Whoever only reads finds a full disk as good as any.
void Writer::judge(const Batch& batch)
{
    if (std::exchange(wrote_, false))
        trouble_.clear();
    for (const auto& entry : batch)
        if (entry->failure && entry->blame != Blame::statement)
            trouble_ = entry->failure->message;
    if (trouble_.empty())
        troubled_.clear();
    else
        troubled_.set();
}

asio::awaitable<void> Writer::troubled()
{
    while (!troubled_.happened())
        co_await troubled_.wait();
}

asio::awaitable<Result<void>> Writer::probe()
{
    return run([](Connection& database) { database.exec("PRAGMA user_version = " + std::to_string(schema_version)); });
}

Writer::Pace Writer::pace() const
{
    return {last_commit_, commit_began_ ? clock_.now() - *commit_began_ : Duration{}};
}

asio::awaitable<void> Writer::run_beside(std::function<void()> work)
{
    if (!thread_) {
        co_await asio::post(executor_, asio::use_awaitable); // others have their turn all the same
        work();
        co_return;
    }
    auto then_true = [&work] {
        work();
        return true;
    };
    co_await thread_->run(then_true);
}

// On the store's thread. What the disk refuses together is halved, until what it refuses stands alone. False: what
// insists on being written and comes later waits, too, since it may build on what was refused.
bool Writer::run_batch(std::span<const std::shared_ptr<Entry>> batch)
{
    if (batch.empty())
        return true;
    const auto error = commit_together(batch);
    if (!error)
        return true;
    const bool locked_out = error->getErrorCode() == SQLITE_BUSY; // for none of them the wait would be shorter
    if (blame_for(*error) == Blame::file)
        suspect(database_->getFilename());
    if (batch.size() == 1 || locked_out) {
        for (const auto& entry : batch)
            entry->fail(*error);
        return std::ranges::none_of(batch, [](const auto& entry) { return entry->must_wait(); });
    }
    const auto later = batch.subspan(batch.size() / 2);
    if (run_batch(batch.first(batch.size() / 2)))
        return run_batch(later);
    Batch others;
    for (const auto& entry : later)
        if (entry->insists)
            entry->fail(*error);
        else
            others.push_back(entry);
    run_batch(others);
    return false;
}

std::optional<SQLite::Exception> Writer::commit_together(std::span<const std::shared_ptr<Entry>> batch)
{
    const int written = pages_written(*database_);
    try {
        set_flushing(batch);
        Prepared{*database_, "BEGIN IMMEDIATE"}.exec();
        if (!run_together(batch)) {
            roll_back(*database_);
            Prepared{*database_, "BEGIN IMMEDIATE"}.exec();
            for (const auto& entry : batch)
                run_beside_others(*entry);
        }
        Prepared{*database_, "COMMIT"}.exec();
        const bool wrote = pages_written(*database_) != written;
        wrote_ = wrote_ || wrote;
        unflushed_ = flushes_ ? 0 : unflushed_ + (wrote ? 1 : 0);
        return {};
    } catch (const SQLite::Exception& error) {
        roll_back(*database_);
        return error;
    }
}

// One flush makes all commits before it safe, too. So many without one are few enough that what a power cut leaves of
// them is told from damage.
void Writer::set_flushing(std::span<const std::shared_ptr<Entry>> batch)
{
    const bool flushes = unflushed_ >= most_unflushed || std::ranges::any_of(batch, &Entry::is_at_once);
    if (flushes == flushes_)
        return;
    database_->exec(flushes ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    flushes_ = flushes;
}

// False: a job was refused, and what the others did must be done again without it. A savepoint for each would cost a
// copy of every page that it changes, and hardly ever one is refused.
bool Writer::run_together(std::span<const std::shared_ptr<Entry>> batch)
{
    try {
        for (const auto& entry : batch) {
            entry->failure.reset();
            entry->job(*database_);
        }
        return true;
    } catch (const SQLite::Exception& error) {
        if (blame_for(error) != Blame::statement)
            throw;
    } catch (const std::exception&) { // found again, beside the others
    }
    return false;
}

// What the job throws undoes the job alone; what the disk throws undoes all.
void Writer::run_beside_others(Entry& entry)
{
    Prepared{*database_, "SAVEPOINT job"}.exec();
    entry.failure.reset();
    try {
        entry.job(*database_);
    } catch (const SQLite::Exception& error) {
        if (blame_for(error) != Blame::statement)
            throw;
        entry.fail(error);
    } catch (const JobRefused& refused) {
        entry.failure = refused.failure;
    } catch (const std::exception& error) {
        entry.failure = Failure{Errc::script, std::string{"internal error: "} + error.what()};
    }
    if (entry.failure)
        Prepared{*database_, "ROLLBACK TO job"}.exec();
    Prepared{*database_, "RELEASE job"}.exec();
}

asio::awaitable<void> Writer::close()
{
    closed_ = true;
    if (!waiting_.empty())
        start();
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!idle_.happened())
        co_await idle_.wait();
    std::function<void()> shut = [this] { database_.reset(); };
    co_await run_beside(std::move(shut));
    co_await asio::this_coro::throw_if_cancelled(throws);
}

} // namespace forager::store
