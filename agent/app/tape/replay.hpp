// Runs a taped run again: nothing is reached, each call is answered as it was then, at the time at which it was. On the
// strand.
#pragma once

#include "app/stage.hpp"
#include "app/tape/tape.hpp"
#include "io/event.hpp"
#include "scripting/border.hpp"
#include "scripting/vm/task.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forager {

class Replay {
public:
    /// Called before a call is answered. `task`: who asks; null where it is no script's line.
    using Step = std::function<void(std::size_t number, const TapedCall& call, scripting::Task* task)>;

    /// `app` has the tape's time and seed. Both must outlive it.
    Replay(App& app, const Tape& tape, Step step);
    Replay(const Replay&) = delete;
    Replay& operator=(const Replay&) = delete;

    Stage& stage() { return stage_; }

    /// Where it has left the tape; nothing: nowhere so far.
    const std::optional<Failure>& difference() const { return difference_; }

    /// Once it has ended: what the tape has more of; nothing: no difference at all.
    std::optional<Failure> rest() const;

private:
    class TapedBorder final : public scripting::Border {
    public:
        explicit TapedBorder(Replay& replay) : replay_{replay} {}
        boost::asio::awaitable<Outcome> answer(scripting::Crossing call) override;
        WallTime wall(WallTime present) override;
        TimePoint now(TimePoint present) override;

    private:
        Replay& replay_;
    };

    class TapedFunction final : public Handler {
    public:
        explicit TapedFunction(Replay& replay) : replay_{replay} {}
        boost::asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value> args,
                                            Observer& observer) override;

    private:
        Replay& replay_;
    };

    boost::asio::awaitable<Outcome> taped(Asked asked, scripting::Task* task);
    boost::asio::awaitable<Outcome> taped_function(const Invocation& invocation, std::vector<Value> args,
                                                   Observer& observer);
    boost::asio::awaitable<Result<const TapedCall*>> found(Asked asked, scripting::Task* task);
    std::optional<std::size_t> next_of(const Asked& asked);
    Failure differs(std::string how);

    App& app_;
    const Tape& tape_;
    Step step_;
    std::vector<bool> taken_;                                                        // of the tape's calls
    std::map<std::pair<std::string, std::string>, std::deque<std::size_t>> waiting_; // by call and function
    std::size_t walls_ = 0;
    std::size_t moments_ = 0;
    Event never_;
    std::optional<Failure> difference_;
    TapedBorder border_{*this};
    Stage stage_;
};

} // namespace forager
