// Asks for the runs of schedules when they are due: puts each into the durable queue under a key of its own, so that
// a crash between putting and remembering repeats none. One loop for all schedules, owned by the composition root, on
// the strand.
#pragma once

#include "core/retry.hpp"
#include "core/schedule_plan.hpp"
#include "io/nap.hpp"
#include "ports/clock.hpp"
#include "ports/queue.hpp"
#include "ports/schedules.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace forager {

struct Schedule {
    std::string name; ///< nobody else's; what its last time is remembered under
    std::string function;
    CronExpression expression;
    std::string zone; ///< an IANA name; empty: the machine's
    Missed missed = Missed::once;
    std::vector<Value> args;
    Object kwargs;
    int priority = 0;
    std::string order_key; ///< a run waits while another one of the same key has not ended; empty: they may overlap
};

class CronSource {
public:
    /// The longest time, of the monotonic clock, between two looks at the calendar's.
    static constexpr Duration longest_nap = std::chrono::seconds{60};

    /// Hears what an operator should: refused and missed runs, clocks that were set back. A sentence each.
    using Tell = std::function<void(const std::string& message)>;

    /// Whether the queue has anything of this order key that has not ended.
    using IsBusy = std::function<bool(const std::string& order_key)>;

    CronSource(const boost::asio::any_io_executor& executor, Clock& clock, Random& random, Queue& queue,
               Schedules& schedules, IsBusy is_busy, Tell tell);
    ~CronSource();

    /// Replaces all schedules, or none when one is refused. One of a known name goes on from where it was; with another
    /// expression or zone from the present on, and without the runs that still waited. Failures: bad_arguments (an
    /// unknown zone, a name that stands twice).
    Result<void> set(std::vector<Schedule> schedules);

    /// Never returns. Ends with `operation_aborted` when it is cancelled, and can be run again then.
    boost::asio::awaitable<void> run();

    struct Status {
        std::string name;
        std::optional<WallTime> next; ///< when it will be due
        std::optional<WallTime> last; ///< up to here its runs are settled; nothing before it was first looked at
        std::string trouble;          ///< why a run waits that is due
    };
    std::vector<Status> list() const;

private:
    struct Entry;

    boost::asio::awaitable<void> serve(std::shared_ptr<Entry> entry);
    boost::asio::awaitable<bool> begin(std::shared_ptr<Entry> entry);
    boost::asio::awaitable<bool> put_pending(std::shared_ptr<Entry> entry);
    boost::asio::awaitable<bool> remember(std::shared_ptr<Entry> entry);
    boost::asio::awaitable<bool> put(std::shared_ptr<Entry> entry, WallTime time);
    bool skips(Entry& entry, WallTime time);
    void inherit(Entry& entry, const Entry& earlier) const;
    void look(Entry& entry);
    bool trouble(Entry& entry, const std::string& message);
    void recovered(Entry& entry);
    TimePoint next_look() const;
    TimePoint next_look_at(const Entry& entry) const;

    Clock& clock_;
    Random& random_;
    Queue& queue_;
    Schedules& schedules_;
    IsBusy is_busy_;
    Tell tell_;
    Nap nap_;
    std::vector<std::shared_ptr<Entry>> entries_; // a run that waits keeps its own while the list is replaced
};

} // namespace forager
