#include "store/writer.hpp"

#include "core/retry.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
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
    Entry(Job job, const asio::any_io_executor& executor) : job{std::move(job)}, done{executor} {}

    Job job;
    std::optional<Failure> failure;
    bool damaged = false; // the file or its disk is to blame, not the job
    Event done;
};

namespace {

constexpr std::size_t largest_batch = 1000;
constexpr std::uint64_t largest_chance = ~std::uint64_t{0}; // one disk, one who asks: no need to spread

std::optional<Failure> commit(SQLite::Database& database)
{
    try {
        database.exec("COMMIT");
        return {};
    } catch (const SQLite::Exception& error) {
        return database_failure(error);
    }
}

// SQLite ends the transaction by itself after some errors.
void roll_back(SQLite::Database& database)
{
    if (sqlite3_get_autocommit(database.getHandle()) == 0)
        database.tryExec("ROLLBACK");
}

} // namespace

Writer::Writer(asio::any_io_executor executor, Clock& clock, std::unique_ptr<SQLite::Database> database)
    : executor_{std::move(executor)}, clock_{clock}, database_{std::move(database)}, idle_{executor_}
{
    idle_.set();
}

Writer::~Writer() = default;

asio::awaitable<Result<void>> Writer::run(Job job)
{
    if (closed_)
        co_return Failure{Errc::refused, "the state file is closed: the agent is stopping"};
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    const auto entry = std::make_shared<Entry>(std::move(job), executor_);
    add(entry);
    while (!entry->done.happened())
        co_await entry->done.wait();
    co_await asio::this_coro::throw_if_cancelled(throws);
    if (entry->failure)
        co_return *entry->failure;
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Writer::run_surely(Job job)
{
    Backoff pauses{std::chrono::milliseconds{200}, std::chrono::seconds{5}};
    for (;;) {
        Result<void> result = co_await run(job);
        if (result || trouble_.empty() || closed_ || hurried_)
            co_return result;
        co_await sleep_for(clock_, pauses.next(largest_chance));
    }
}

void Writer::post(Job job)
{
    if (!closed_)
        add(std::make_shared<Entry>(std::move(job), executor_));
}

void Writer::add(std::shared_ptr<Entry> entry)
{
    waiting_.push_back(std::move(entry));
    if (std::exchange(working_, true))
        return;
    idle_.clear();
    asio::co_spawn(executor_, work(), asio::detached); // waited for by close()
}

asio::awaitable<void> Writer::work()
{
    while (!waiting_.empty()) {
        const std::size_t count = std::min(waiting_.size(), largest_batch);
        const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
        const Batch batch{std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end)};
        waiting_.erase(waiting_.begin(), end);
        co_await thread_.run([&] {
            run_batch(batch);
            return true;
        });
        trouble_.clear();
        for (const auto& entry : batch) {
            if (entry->damaged)
                trouble_ = entry->failure->message;
            entry->done.set();
        }
    }
    working_ = false;
    idle_.set();
}

// A job that refuses has changed nothing.
void Writer::run_beside_others(Entry& entry)
{
    try {
        entry.failure.reset();
        entry.job(*database_);
    } catch (const JobRefused& refused) {
        entry.failure = refused.failure;
    }
}

// On the store's thread. One job that spoils the transaction must not spoil those beside it.
void Writer::run_batch(const Batch& batch)
{
    if (batch.size() > 1) {
        try {
            database_->exec("BEGIN IMMEDIATE");
            for (const auto& entry : batch)
                run_beside_others(*entry);
            if (!commit(*database_))
                return;
        } catch (...) { // found out below which one it was
        }
        roll_back(*database_);
    }
    for (const auto& entry : batch)
        run_alone(*entry);
}

void Writer::run_alone(Entry& entry)
{
    try {
        database_->exec("BEGIN IMMEDIATE");
        entry.job(*database_);
        entry.failure = commit(*database_);
        entry.damaged = entry.failure.has_value();
    } catch (const SQLite::Exception& error) {
        if (is_damage(error))
            suspect(database_->getFilename());
        entry.failure = database_failure(error);
        entry.damaged = true;
    } catch (const JobRefused& refused) {
        entry.failure = refused.failure;
    } catch (const std::exception& error) {
        entry.failure = Failure{Errc::script, std::string{"internal error: "} + error.what()};
    }
    roll_back(*database_);
}

asio::awaitable<void> Writer::close()
{
    closed_ = true;
    co_await asio::this_coro::throw_if_cancelled(false);
    while (!idle_.happened())
        co_await idle_.wait();
    co_await thread_.run([this] {
        database_.reset();
        return true;
    });
    co_await asio::this_coro::throw_if_cancelled(true);
}

} // namespace forager::store
