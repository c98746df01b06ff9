// Waiting for an invocation of the running agent, which may be restarted meanwhile.
#pragma once

#include "cli/asking.hpp"

#include <atomic>
#include <functional>
#include <string>

namespace forager::cli {

/// Work that was handed over, and what is told of it when the waiting for its end ends before that.
class AcceptedWork {
public:
    /// Once, on the strand.
    void accept(std::string id);

    /// Prints the failure, with the id where there is one and with what becomes of the work. Also called on the thread
    /// of the last words. Gives the exit status.
    int print(const Failure& failure, const Common& common) const;

    /// What `print` says of the failure.
    Failure told(Failure failure) const;

private:
    std::string id_;
    std::atomic<bool> known_ = false;
};

/// Sees one line of an invocation; false: no more are wanted.
using SeeLine = std::function<bool(const Value& line)>;

/// The record of the invocation when it has ended. An agent that goes away is given a minute to come back.
boost::asio::awaitable<Outcome> wait_for_end(control::Client& client, std::string id);

/// Shows the invocation's lines until it has ended, or until no more are wanted.
boost::asio::awaitable<Outcome> follow_lines(control::Client& client, std::string id, SeeLine see);

/// Asks, and prints what came of one invocation: its id, its result when it has ended. Exit status 1 when it failed.
int ask_about_one(const Common& common, const Question& question, const AcceptedWork& work);

/// The lines of one answer, and the number of the last one, or `after` when there is none.
std::pair<Array, std::int64_t> lines_in(Value answer, std::int64_t after);

} // namespace forager::cli
