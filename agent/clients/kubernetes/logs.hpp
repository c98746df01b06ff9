// What the containers of pods print. Failures of all: those of `Client::call`; bad_arguments also where a container has
// not begun yet (see `has_not_begun`).
#pragma once

#include "base/time.hpp"
#include "clients/kubernetes/client.hpp"
#include "clients/kubernetes/resource.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace forager::kubernetes {

struct LogOptions {
    std::string container;                     ///< empty: the only one
    std::optional<std::int64_t> tail;          ///< the last lines; nothing: all that is kept
    std::optional<std::int64_t> since_seconds; ///< of the last so many
    std::optional<std::int64_t> limit;         ///< bytes at most, from the beginning
    bool previous = false;                     ///< of the run before the container's last one
    bool timestamps = false;                   ///< each line begins with its time and a blank

    LogOptions() = default;
};

/// All that is there now.
boost::asio::awaitable<Result<std::string>> logs(Client& client, std::string space, std::string pod,
                                                 LogOptions options);

/// Whether the logs are not there because the container has not begun.
bool has_not_begun(const Failure& failure);

/// Whether the node says that the container has ended, and that nothing is left of its logs: it was evicted, as a rule.
/// The API server may hear of its end a moment later.
bool has_been_ended(const Failure& failure);

struct LogLine {
    std::string text;
    bool ends = true; ///< with a line break; otherwise more of the line may follow
    bool operator==(const LogLine&) const = default;
};

/// Takes a followed log apart, and tells lines that were told already, after a cut, from new ones. What has no time is
/// not the container's: the node speaks of itself. Pure.
class LogLines {
public:
    void feed(std::string_view bytes) { held_ += bytes; }

    /// The next line that was not told yet, without its time, or a piece of a long one; nothing when more is needed.
    std::optional<LogLine> next();

    /// What is left without a line break: the stream has ended.
    std::optional<LogLine> last();

    /// A new stream begins, with lines since `since()`, some of which were told already.
    void begin_again();

    /// The time of the last line; empty: there was none.
    const std::string& since() const { return since_; }

private:
    bool take(LogLine& line);
    bool begin(std::string& text);

    std::string held_;
    bool inside_ = false;     // of a line whose beginning was taken
    bool tells_ = false;      // that line
    std::size_t partial_ = 0; // bytes of it that were told
    std::size_t skip_ = 0;    // bytes of it that come again
    std::string since_;       // the time of the last line, as it was written
    std::optional<WallTime> time_;
    std::size_t same_ = 0;  // lines of that time
    std::size_t again_ = 0; // of these, how many have come again
    bool resumed_ = false;
};

/// The output of a container until its end, line by line, over cuts.
class FollowedLog {
public:
    /// The client must outlive it.
    FollowedLog(Client& client, std::string space, std::string pod, LogOptions options)
        : client_{client}, space_{std::move(space)}, pod_{std::move(pod)}, options_{std::move(options)}
    {
    }
    FollowedLog(const FollowedLog&) = delete;
    FollowedLog& operator=(const FollowedLog&) = delete;

    /// The next line, nothing when the container has ended and all was told. Waits without limit, also for a container
    /// that has not begun, and for a node that does not answer while the pod is said to run. Failures: not_found (the
    /// pod is gone before it was read to its end).
    boost::asio::awaitable<Result<std::optional<LogLine>>> next();

private:
    boost::asio::awaitable<Result<void>> open();
    boost::asio::awaitable<Result<std::string>> heard();
    boost::asio::awaitable<Result<bool>> goes_on();

    Client& client_;
    std::string space_;
    std::string pod_;
    LogOptions options_;
    LogLines lines_;
    std::optional<http::AnswerStream> stream_;
    bool ended_ = false;   // the container has
    bool is_last_ = false; // the stream began after that
};

} // namespace forager::kubernetes
