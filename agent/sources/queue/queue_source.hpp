// Work that was submitted here: kept before it is accepted, begun when there is room, and kept until its outcome is
// kept, too. One for the agent, on the strand.
#pragma once

#include "core/admission_queue.hpp"
#include "io/event.hpp"
#include "ports/clock.hpp"
#include "ports/intake.hpp"
#include "ports/queue.hpp"
#include "ports/records.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

class QueueSource final : public Queue, private Reporter {
public:
    struct Config {
        std::size_t limit = 100'000;       ///< invocations that have not ended
        std::size_t most_starts = 5;       ///< after so many deaths of the agent under it, it is given up
        std::size_t request = 1024 * 1024; ///< bytes of one submission's arguments
    };

    struct Hooks {
        std::function<std::string()> fresh_id;
        /// Whether it can run: there is the function, and the arguments fit.
        std::function<Result<void>(const Invocation& invocation)> check;
        std::function<void(const std::string& id, const Outcome& outcome)> ended;
        std::function<void(const std::string& id)> cancel; ///< asks what was begun to end
        /// How often a function is tried again when nothing else is said.
        std::function<std::size_t(const std::string& function)> retries;
    };

    /// All that is passed must outlive it.
    QueueSource(boost::asio::any_io_executor executor, Clock& clock, Records& records, Intake& intake, Config config,
                Hooks hooks);
    QueueSource(const QueueSource&) = delete;
    QueueSource& operator=(const QueueSource&) = delete;
    ~QueueSource() override { intake_.on_room({}); }

    boost::asio::awaitable<Result<Accepted>> put(Submission submission) override;

    /// Reads what is left from the last run. Before anything is put.
    boost::asio::awaitable<Result<void>> open();

    /// The loop: begins what may begin. Runs until it is cancelled.
    boost::asio::awaitable<void> run();

    /// Ends one that waits, or asks one to end that was begun; when this succeeds, no restart begins it again. False:
    /// it is not here (any more). Failures: those of the disk; what waits goes on waiting then, and what was begun is
    /// asked to end all the same, as the failure says.
    boost::asio::awaitable<Result<bool>> cancel(std::string id);

    /// Begins one again that has ended without success.
    boost::asio::awaitable<Result<void>> retry(std::string id);

    /// There are other functions now: what could not run for want of one is looked at again.
    void reconsider();

    /// Begins nothing until `resume`; what is put waits.
    void pause() { paused_ = true; }
    void resume()
    {
        paused_ = false;
        changed_.set();
    }
    bool paused() const { return paused_; }

    /// From now on, what is cancelled is only put off to the next start.
    void stop() { stopping_ = true; }

    std::size_t waiting() const { return admission_.waiting() + parked_.size(); }
    std::size_t running() const { return admission_.out() - parked_.size(); }

    /// Whether it runs at this moment, or sleeps.
    bool has_begun(const std::string& id) const { return admission_.is_out(id) && !parked_.contains(id); }

    /// Who of this order key runs, or goes next; empty: nobody.
    std::string holder_of(const std::string& order_key) const { return admission_.holder_of(order_key); }

private:
    boost::asio::awaitable<Result<void>> report(const Invocation& invocation, const Outcome& outcome) override;

    Result<void> check(const Submission& submission) const;
    Failure full() const;
    boost::asio::awaitable<Result<Accepted>> put_new(Submission submission);
    boost::asio::awaitable<Result<Accepted>> put_into_full(Submission submission);
    boost::asio::awaitable<void> something_ready();
    boost::asio::awaitable<void> begin_some();
    boost::asio::awaitable<void> begin_these(std::vector<std::string> ids, std::vector<Permit> permits);
    void begin(Permit permit, Invocation invocation);
    void ended(const std::string& id, const Outcome& outcome);
    boost::asio::awaitable<void> end_cancelled();
    boost::asio::awaitable<Result<void>> end_waiting(std::string id, Failure why);
    boost::asio::awaitable<Result<void>> ask_to_end(std::string id);

    boost::asio::any_io_executor executor_;
    Clock& clock_;
    Records& records_;
    Intake& intake_;
    Config config_;
    Hooks hooks_;
    AdmissionQueue admission_;
    Event changed_;
    std::set<std::string> parked_;    // whose function there is not
    std::set<std::string> cancelled_; // the next outcome is what somebody asked for
    std::vector<std::string> left_;   // what the agent before this one was asked to end and did not
    std::size_t arriving_ = 0;
    bool stopping_ = false;
    bool paused_ = false;
};

} // namespace forager
