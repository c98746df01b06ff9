// Watches work of a colony until it has ended, and tells what happens to it as of work of this agent. It looks again
// and again: the server tells nobody of a workflow that fails or is cancelled. Used on the strand, for one piece of
// work.
#pragma once

#include "clients/colonies/types/process.hpp"
#include "clients/colonies/types/workflow.hpp"
#include "core/outcome.hpp"
#include "ports/observer.hpp"
#include "primitives/colony/member.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace forager::colonies {
struct Log;
} // namespace forager::colonies

namespace forager::cli {

/// A line of the log as `line_data` has it. False: nobody reads any more, and the watching ends.
using SeeLogLine = std::function<bool(const Value& line)>;

class ColonyWatch {
public:
    /// `lines`: whether the log is read, too. All arguments must outlive it.
    ColonyWatch(ColonyMember& member, Observer& observer, bool lines)
        : member_{member}, observer_{observer}, lines_{lines}
    {
    }

    /// The log is read, for `see` and not for the observer.
    ColonyWatch(ColonyMember& member, Observer& observer, SeeLogLine see)
        : member_{member}, observer_{observer}, lines_{true}, see_{std::move(see)}
    {
    }

    /// One process, to its outcome. A server that is away is waited for. Throws `operation_aborted` when cancelled; the
    /// work goes on.
    boost::asio::awaitable<Outcome> process(std::string id);

    /// A workflow: one object, task name → result, in the order of `tasks`, or the failure of the task that failed
    /// first, as an embedded workflow has it.
    boost::asio::awaitable<Outcome> graph(std::string id, std::vector<std::string> tasks);

private:
    struct Row {
        colonies::Process process;
        std::string name;
        std::string told{};      // of its state
        std::int64_t logged = 0; // time of the last line: nanoseconds since 1970
        bool is_read = false;    // all of its log
        bool has_begun = false;  // that was told
    };

    boost::asio::awaitable<Result<void>> until_end();
    boost::asio::awaitable<Result<bool>> look();
    boost::asio::awaitable<Result<void>> read_rows(std::vector<std::string> ids);
    boost::asio::awaitable<Result<void>> read_lines(Row& row);
    bool tell_lines(const Row& row, const colonies::Log& log);
    boost::asio::awaitable<Result<void>> read_names();
    std::vector<std::string> due() const;
    bool lacks_errors() const;
    boost::asio::awaitable<Result<void>> tell(Row& row);
    void tell_state(Row& row);
    void tell(Row& row, State state, const std::string& note);
    std::string on_executor(const Row& row) const;
    void doubt(const Failure& failure);
    const Row* first_failed() const;
    Failure failure() const;

    ColonyMember& member_;
    Observer& observer_;
    bool lines_;
    SeeLogLine see_{};
    std::string process_; // the one that is watched, or
    colonies::ProcessGraph graph_;
    std::vector<Row> rows_;
    std::map<std::string, std::string> executors_; // names by id
    int patience_ = 10;                            // looks for errors that come after the state
    bool away_ = false;
};

} // namespace forager::cli
