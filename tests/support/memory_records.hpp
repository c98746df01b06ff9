// Records in memory that take their time to be safe, and can die: what is not safe by then is lost, and nothing is
// answered any more. They outlive the worlds that use them, one after another.
#pragma once

#include "ports/clock.hpp"
#include "ports/records.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace forager::test {

class MemoryRecords final : public Records {
public:
    struct Kept {
        Submission submission;
        QueueEntry entry;
        std::size_t starts = 0;
        std::size_t tries = 0;
        std::size_t ends = 0;
        std::size_t before = 0;
        bool asked_to_end = false;
        std::optional<Outcome> outcome;
    };

    std::map<std::string, Kept> kept;
    bool dead = false;
    bool full = false; ///< as a disk; ends that were not asked for in a hurry wait until it is not

    /// From now on they are used under this clock; `random` decides how long a commit takes.
    void live_under(Clock& clock, Random& random)
    {
        clock_ = &clock;
        random_ = &random;
        dead = false;
    }

    boost::asio::awaitable<Result<std::pair<QueueEntry, bool>>> add(Submission submission, WallTime) override
    {
        co_await commit();
        if (dead)
            co_return lost();
        for (const auto& [id, known] : kept)
            if (!submission.idempotency_key.empty() && known.submission.idempotency_key == submission.idempotency_key)
                co_return std::pair{known.entry, false};
        const QueueEntry entry{submission.invocation.id, ++number_,
                               submission.priority,      submission.order_key,
                               submission.not_before,    submission.invocation.function,
                               submission.overlaps};
        Kept fresh;
        fresh.submission = std::move(submission);
        fresh.entry = entry;
        kept.emplace(entry.id, std::move(fresh));
        co_return std::pair{entry, true};
    }

    boost::asio::awaitable<Result<std::optional<QueueEntry>>> known(Submission submission) override
    {
        for (const auto& [id, one] : kept)
            if (!submission.idempotency_key.empty() && one.submission.idempotency_key == submission.idempotency_key)
                co_return std::optional{one.entry};
        co_return std::optional<QueueEntry>{};
    }

    boost::asio::awaitable<Result<std::vector<QueueEntry>>> open() override
    {
        std::map<std::int64_t, QueueEntry> entries;
        for (const auto& [id, one] : kept)
            if (!one.outcome)
                entries.emplace(one.entry.number, one.entry);
        std::vector<QueueEntry> list;
        for (auto& [number, entry] : entries)
            list.push_back(std::move(entry));
        co_return list;
    }

    boost::asio::awaitable<Result<std::vector<BegunWork>>> begin(std::vector<std::string> ids, WallTime) override
    {
        co_await commit();
        if (dead)
            co_return lost();
        std::vector<BegunWork> all;
        for (const std::string& id : ids) {
            Kept& one = kept.at(id);
            if (one.outcome)
                continue;
            BegunWork begun;
            begun.invocation = one.submission.invocation;
            begun.invocation.tries = one.tries;
            begun.starts = ++one.starts;
            begun.before = one.before;
            all.push_back(std::move(begun));
        }
        co_return all;
    }

    void note(std::string id, State state, std::string, std::size_t tries) override
    {
        if (dead)
            return;
        Kept& one = kept.at(id);
        one.tries = std::max(one.tries, tries);
        if (state != State::running)
            one.starts = 0;
    }

    boost::asio::awaitable<Result<void>> finish(std::string id, Outcome outcome, WallTime) override
    {
        co_await commit();
        while (full && !dead)
            co_await commit();
        co_return co_await finish_now(std::move(id), std::move(outcome), {});
    }

    boost::asio::awaitable<Result<void>> finish_now(std::string id, Outcome outcome, WallTime) override
    {
        co_await commit();
        if (dead)
            co_return lost();
        if (full)
            co_return no_room();
        Kept& one = kept.at(id);
        ++one.ends;
        one.outcome = std::move(outcome);
        co_return Result<void>{};
    }

    boost::asio::awaitable<Result<void>> ask_to_end(std::string id, WallTime) override
    {
        co_await commit();
        if (dead)
            co_return lost();
        if (full)
            co_return no_room();
        Kept& one = kept.at(id);
        one.asked_to_end = one.asked_to_end || !one.outcome;
        co_return Result<void>{};
    }

    boost::asio::awaitable<Result<std::vector<std::string>>> asked_to_end() override
    {
        std::vector<std::string> ids;
        for (const auto& [id, one] : kept)
            if (one.asked_to_end && !one.outcome)
                ids.push_back(id);
        co_return ids;
    }

    boost::asio::awaitable<Result<QueueEntry>> revive(std::string id) override
    {
        co_await commit();
        Kept& one = kept.at(id);
        one.outcome.reset();
        one.starts = 0;
        one.asked_to_end = false;
        one.before = ++one.tries;
        co_return one.entry;
    }

    boost::asio::awaitable<Result<std::optional<Record>>> find(std::string) override
    {
        co_return std::optional<Record>{};
    }
    boost::asio::awaitable<Result<std::vector<Record>>> list(RecordFilter) override { co_return std::vector<Record>{}; }
    boost::asio::awaitable<Result<void>> signal(std::string, std::string, Value) override { co_return Result<void>{}; }

private:
    static Failure no_room() { return {Errc::limit, "the disk of the state file is full"}; }
    static Failure lost() { return {Errc::refused, "dead"}; }

    boost::asio::awaitable<void> commit()
    {
        const Duration length = std::chrono::milliseconds{random_->next() % 20};
        co_await sleep_for(*clock_, length);
    }

    Clock* clock_ = nullptr;
    Random* random_ = nullptr;
    std::int64_t number_ = 0;
};

} // namespace forager::test
