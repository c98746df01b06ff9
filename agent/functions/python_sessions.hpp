// Python code whose definitions stay for later calls: which interpreter a call goes to, how many there are, and how
// long they live. On the strand.
#pragma once

#include "core/outcome.hpp"
#include "ports/clock.hpp"
#include "ports/process_runner.hpp"
#include "primitives/python_worker.hpp"
#include "runtime/semaphore.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <compare>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace forager {

class PythonSessions : public std::enable_shared_from_this<PythonSessions> {
public:
    static constexpr std::size_t most_live = 8;
    static constexpr Duration longest_idle = std::chrono::minutes{10};

    /// Both must outlive it and its interpreters.
    PythonSessions(ProcessRunner& runner, Clock& clock) : runner_{runner}, clock_{clock}, sweep_{*this} {}
    PythonSessions(const PythonSessions&) = delete;
    PythonSessions& operator=(const PythonSessions&) = delete;
    ~PythonSessions() { clock_.disarm(sweep_); }

    /// One call in the session of this owner, interpreter and folder, when the calls before it have ended and fewer
    /// than `most_live` sessions are at work. Outcomes are those of `PythonWorker::run`. When what was defined is lost,
    /// a line of the first call after that says so.
    boost::asio::awaitable<Outcome> run(std::string owner, PythonCall call);

    /// How many interpreters there are.
    std::size_t live() const;

private:
    struct Key {
        std::string owner;
        std::string python;
        std::string cwd;
        auto operator<=>(const Key&) const = default;
    };
    struct Session {
        Semaphore turn{1};
        PythonWorker worker;
        bool busy = false;
        TimePoint used{};
        std::string lost; // why nothing is left of what was defined

        Session(ProcessRunner& runner, Clock& clock) : worker{runner, clock} {}
        bool idle() const { return worker.alive() && !busy && turn.held() == 0; }
    };
    using SessionPtr = std::shared_ptr<Session>;

    class Sweep final : public Timer {
    public:
        explicit Sweep(PythonSessions& owner) : owner_{owner} {}
        void fire() override { owner_.begin_sweep(); }

    private:
        PythonSessions& owner_;
    };

    SessionPtr session_of(Key key);
    void forget_one();
    SessionPtr longest_idle_one() const;
    boost::asio::awaitable<void> make_room();
    boost::asio::awaitable<void> end(SessionPtr session, std::string why);
    boost::asio::awaitable<Outcome> run_in(SessionPtr session, PythonCall call);
    void rest(Session& session);
    void begin_sweep();
    boost::asio::awaitable<void> sweep(std::shared_ptr<PythonSessions> self);

    ProcessRunner& runner_;
    Clock& clock_;
    Sweep sweep_;
    std::optional<boost::asio::any_io_executor> executor_;
    Semaphore seats_{most_live};
    std::map<Key, SessionPtr> sessions_;
};

} // namespace forager
