// A process that has its program loaded and forks itself for each command that wants that program: what it bears is
// like a child of ours, for a fork in the place of a start. Used by `Nurseries` and by the runs of what it has borne,
// on the strand. What is said over its link, and what the program does with it: docs/decisions/0034-warm-python.md.
#pragma once

#include "io/process/launch.hpp"
#include "io/process/turns.hpp"
#include "ports/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forager {

class Nursery {
public:
    /// `process` was launched with a link. `strays` takes it when it is to end, and is kept until then.
    Nursery(boost::asio::any_io_executor executor, Clock& clock, std::shared_ptr<std::vector<pid_t>> strays,
            Launched process);
    Nursery(const Nursery&) = delete;
    Nursery& operator=(const Nursery&) = delete;
    /// It ends; what it has borne goes on.
    ~Nursery();

    /// Forks a child that takes `descriptors`: its folder, a file with its environment, then its own 0 and up. Nothing:
    /// see `alive` and `proven`, or the system gives no more processes. Waits for the program's start the first time,
    /// and is of no use any more when it is cancelled then.
    boost::asio::awaitable<std::optional<pid_t>> bear(std::vector<int> descriptors);

    /// The status of a child that has ended, as of waitpid. Nothing: nobody knows.
    boost::asio::awaitable<std::optional<int>> collect(pid_t child);

    /// Whether it can still bear. If not, it may be worn, and tells the ends of those that it has borne; or it is lost.
    bool alive() const { return state_ == State::bearing; }

    /// Whether it ever did.
    bool proven() const { return proven_; }

private:
    enum class State { bearing, worn, lost };
    using Answer = std::optional<std::int32_t>;

    boost::asio::awaitable<Answer> ask(std::string request, std::vector<int> descriptors);
    boost::asio::awaitable<Answer> ask_to_the_end(std::string request, std::vector<int> descriptors);
    boost::asio::awaitable<Answer> answer();
    boost::asio::awaitable<void> readable();
    bool send(const std::string& request, const std::vector<int>& descriptors);
    Answer receive();
    void kill();

    boost::asio::any_io_executor executor_;
    Clock& clock_;
    std::shared_ptr<std::vector<pid_t>> strays_; // a run that the loop still holds may outlive the runner
    pid_t process_;
    Descriptor pidfd_;
    boost::asio::posix::stream_descriptor link_;
    Turns turns_; // one question at a time
    State state_ = State::bearing;
    bool proven_ = false;
};

} // namespace forager
