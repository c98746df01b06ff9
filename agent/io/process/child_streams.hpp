// The bytes of one child: its input goes in, its outputs and its report are kept, its lines are told. Used by the
// child's run, on the strand.
#pragma once

#include "io/process/crew.hpp"
#include "io/process/launch.hpp"
#include "io/process/outlet.hpp"
#include "io/process/turns.hpp"
#include "ports/process_runner.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

class ChildStreams {
public:
    /// Takes the pipes of `launched`; throws a `system_error` when they cannot be watched. `command` and `buffer`,
    /// which is for all reads as each is used up in one step of the strand, must outlive it.
    ChildStreams(const boost::asio::any_io_executor& executor, const Command& command, std::vector<char>& buffer,
                 Launched& launched);

    /// Starts one member for each pipe of an output, which end by themselves once `drain` was called, and one that
    /// feeds the child: nobody hears what it has to say when that is gone.
    void start(Crew& movers, Crew& feeders);

    /// What the child wrote is in its pipes now; nobody waits for those who have inherited them.
    void drain();

    /// After the movers have been dismissed: keeps what is left in the pipes.
    void keep_rest();

    /// What was kept of both outputs, and all of it. They are empty afterwards.
    void take_outputs(std::string& out, std::string& err);
    void take(Completed& done);

    /// What the command's source or sink failed with, if that ended it.
    const std::optional<Failure>& failure() const { return failure_; }

private:
    boost::asio::awaitable<void> feed();
    boost::asio::awaitable<bool> feed(std::string_view rest);
    boost::asio::awaitable<void> feed_from(ByteSource& source);
    boost::asio::awaitable<void> pump_into(ByteSink& sink);
    [[noreturn]] void end_with(Failure failure);
    boost::asio::awaitable<void> pump(Outlet& outlet, Stream stream);
    boost::asio::awaitable<void> collect_report();
    boost::asio::awaitable<bool> ready(Outlet& outlet);
    boost::asio::awaitable<void> tell(Stream stream, std::vector<std::string> lines);

    const Command& command_;
    std::vector<char>& buffer_;
    boost::asio::posix::stream_descriptor input_;
    Outlet out_;
    Outlet err_;
    Outlet report_;
    Turns speaking_;
    bool draining_ = false;
    std::optional<Failure> failure_;
    std::string report_text_;
    bool report_cut_ = false;
};

} // namespace forager
