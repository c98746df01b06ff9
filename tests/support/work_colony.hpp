// A colony for tests whose processes take ten seconds each: it stays the same while agents live and die.
#pragma once

#include "ports/clock.hpp"
#include "ports/colony.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forager::test {

class WorkColony final : public Colony {
public:
    struct Process {
        std::string id;
        ColonyWork work;
        Duration left; // until it ends
        bool cancelled = false;
    };

    boost::asio::awaitable<Result<std::string>> submit(ColonyWork work) override
    {
        if (refuses)
            co_return *refuses;
        if (!answers())
            co_return unanswered();
        ++submissions;
        std::string id = "p" + std::to_string(submissions);
        processes.push_back({id, std::move(work), std::chrono::seconds{10}});
        if (std::exchange(loses_answer_, false))
            co_return unanswered();
        co_await sleep_for(*clock, answers_after);
        co_return id;
    }

    boost::asio::awaitable<Result<std::optional<std::string>>> find(std::string label) override
    {
        if (!answers())
            co_return unanswered();
        const auto found = std::ranges::find(processes, label, [](const Process& one) { return one.work.label; });
        co_return found == processes.end() ? std::nullopt : std::optional{found->id};
    }

    /// A number that it was given comes back one higher.
    boost::asio::awaitable<Outcome> wait(std::string process) override
    {
        constexpr Duration tick = std::chrono::milliseconds{100};
        for (;;) {
            Process* known = named(process);
            if (known == nullptr)
                co_return Failure{Errc::not_found, "no process " + process};
            if (known->cancelled)
                co_return Failure{Errc::cancelled, "somebody cancelled it"};
            if (known->left <= Duration{} && (ends || known->work.function == "there.bad"))
                co_return ends.value_or(Failure{Errc::script, "it is bad"});
            if (known->left <= Duration{})
                co_return Outputs{Value{*known->work.args.at(0).get<std::int64_t>() + 1}};
            co_await sleep_for(*clock, tick);
            if (Process* again = named(process))
                again->left -= tick;
        }
    }

    boost::asio::awaitable<Result<void>> cancel(std::string process) override
    {
        if (!answers())
            co_return unanswered();
        co_await sleep_for(*clock, answers_after);
        if (Process* known = named(process))
            known->cancelled = true;
        co_return Result<void>{};
    }

    /// Nothing of what the agent still asks is heard.
    void agent_died() { agent_is_dead_ = true; }

    void live_under(Clock& next)
    {
        clock = &next;
        agent_is_dead_ = false;
    }

    void let_pass(Duration duration)
    {
        for (Process& process : processes)
            process.left -= duration;
    }

    /// The next submission is heard, and its answer never comes.
    void lose_next_answer() { loses_answer_ = true; }

    void forget(const std::string& process)
    {
        std::erase_if(processes, [&](const Process& one) { return one.id == process; });
    }

    std::vector<Process> processes;
    int submissions = 0;
    Clock* clock = nullptr;
    bool gone = false;              ///< the server
    std::optional<Failure> refuses; ///< what it says to a submission
    std::optional<Failure> ends;    ///< how all processes end, instead of well
    Duration answers_after{};

private:
    bool answers() const { return !gone && !agent_is_dead_; }
    static Failure unanswered() { return {Errc::unreachable, "nobody answers"}; }

    Process* named(const std::string& id)
    {
        const auto found = std::ranges::find(processes, id, &Process::id);
        return found == processes.end() ? nullptr : &*found;
    }

    bool agent_is_dead_ = false;
    bool loses_answer_ = false;
};

} // namespace forager::test
