#include "io/process/child_run.hpp"

#include "base/duration.hpp"
#include "io/process/child_streams.hpp"
#include "io/process/crew.hpp"
#include "io/process/nursery.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/process/v2/error.hpp> // before the next, which needs it
#include <boost/process/v2/process_handle.hpp>
#include <boost/system/system_error.hpp>

#include <sys/wait.h>

#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

using ProcessHandle = boost::process::v2::basic_process_handle<asio::any_io_executor>;

// How a child ends. What a nursery has borne is not ours to ask: the kernel tells us that it has ended, the nursery
// how.
class ChildEnd {
public:
    ChildEnd(const asio::any_io_executor& executor, Launched& launched)
        : process_{launched.process}, nursery_{std::move(launched.nursery)}
    {
        if (nursery_)
            pidfd_.emplace(executor, launched.pidfd.release());
        else
            handle_.emplace(executor, launched.process, launched.pidfd.release());
    }

    /// The status as of waitpid; nothing: nobody knows.
    asio::awaitable<std::optional<int>> wait()
    {
        if (handle_) {
            const int status = co_await handle_->async_wait(asio::use_awaitable);
            co_return std::optional{status};
        }
        co_await pidfd_->async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
        const std::optional<int> status = co_await nursery_->collect(process_);
        co_return status;
    }

private:
    pid_t process_;
    std::shared_ptr<Nursery> nursery_;
    std::optional<ProcessHandle> handle_;
    std::optional<asio::posix::stream_descriptor> pidfd_;
};

// The members work side by side in three crews: one takes the child's bytes, one feeds it, one watches for the end and
// the time.
class ChildRun {
public:
    ChildRun(Surroundings around, Command command, TagPair tags, Launched launched, TimePoint started)
        : around_{around},
          command_{std::move(command)},
          tags_{tags},
          main_{launched.process, launched.pidfd.number()},
          started_{started},
          end_{around.executor, launched},
          streams_{around.executor, command_, around.buffer, launched},
          changed_{around.executor},
          movers_{around.executor, [this] { changed_.set(); }},
          feeders_{around.executor, [this] { changed_.set(); }},
          watchers_{around.executor, [this] { changed_.set(); }}
    {
    }

    asio::awaitable<Result<Completed>> result()
    {
        start();
        bool aborted = co_await cancelled();
        if (!aborted)
            co_await changed_.wait();
        aborted = co_await cancelled();
        if (exited_ && !aborted && !feeders_.trouble()) {
            co_await feeders_.dismiss();
            streams_.drain();
            co_await movers_.join();
        }
        aborted = co_await cancelled();
        const bool complete = exited_ && movers_.idle() && !movers_.trouble() && !feeders_.trouble() && !aborted;
        if (!complete)
            co_await end_all();
        co_await watchers_.dismiss();
        if (complete)
            co_return completed();
        if (streams_.failure() && !aborted)
            co_return *streams_.failure();
        rethrow_trouble();
        if (aborted)
            throw_cancelled();
        co_return too_late();
    }

private:
    void start()
    {
        watchers_.start(watch());
        if (command_.timeout)
            watchers_.start(expire());
        streams_.start(movers_, feeders_);
    }

    asio::awaitable<void> watch()
    {
        status_ = co_await end_.wait();
        elapsed_ = around_.clock.now() - started_;
        exited_ = true;
        changed_.set();
    }

    asio::awaitable<void> expire()
    {
        co_await sleep_until(around_.clock, started_ + *command_.timeout);
        changed_.set();
    }

    // After a timeout, a cancellation or an exception of the sink: nothing of the command may remain.
    asio::awaitable<void> end_all()
    {
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        movers_.cancel();
        feeders_.cancel();
        const bool gone = co_await around_.reaper.end(TagSource::command(tags_), main_);
        co_await movers_.dismiss();
        co_await feeders_.dismiss();
        while (gone && !watchers_.trouble() && !exited_) {
            changed_.clear();
            co_await changed_.wait();
        }
        if (!exited_)
            around_.strays.push_back(main_.process);
        streams_.keep_rest();
    }

    void rethrow_trouble() const
    {
        for (const std::exception_ptr& trouble : {movers_.trouble(), feeders_.trouble(), watchers_.trouble()})
            if (trouble)
                std::rethrow_exception(trouble);
    }

    Completed completed()
    {
        Completed done;
        done.signal = status_ && WIFSIGNALED(*status_) ? WTERMSIG(*status_) : 0;
        done.code = !status_ ? -1 : done.signal != 0 ? 128 + done.signal : WEXITSTATUS(*status_);
        done.elapsed = elapsed_;
        streams_.take(done);
        return done;
    }

    Failure too_late()
    {
        const std::string name = command_.title.empty() ? "'" + command_.argv.front() + "'" : command_.title;
        Failure failure{Errc::timed_out, name + " did not end within " + to_text(*command_.timeout)};
        if (!exited_)
            failure.message += "; process " + std::to_string(main_.process) +
                               " is left: it cannot be ended, as it belongs to another user or the kernel holds it";
        std::string out;
        std::string err;
        streams_.take_outputs(out, err);
        failure.details.append("stdout", std::move(out));
        failure.details.append("stderr", std::move(err));
        return failure;
    }

    Surroundings around_;
    Command command_;
    TagPair tags_;
    HeldProcess main_;
    TimePoint started_;
    ChildEnd end_;
    ChildStreams streams_;
    Event changed_; // it has exited, its time is over, or a member is in trouble
    Crew movers_;
    Crew feeders_;
    Crew watchers_;
    bool exited_ = false;
    std::optional<int> status_;
    Duration elapsed_{};
};

} // namespace

asio::awaitable<Result<Completed>> run_child(Surroundings around, Command command, TagPair tags, Launched launched,
                                             TimePoint started)
{
    const std::string name = command.argv.front();
    const pid_t process = launched.process;
    std::optional<ChildRun> child;
    boost::system::error_code problem;
    try {
        child.emplace(around, std::move(command), tags, std::move(launched), started);
    } catch (const boost::system::system_error& error) {
        problem = error.code();
    }
    if (child) {
        Result<Completed> result = co_await child->result();
        co_return result;
    }
    // The kernel watches only so many descriptors for one user.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await around.reaper.end(TagSource::command(tags));
    around.strays.push_back(process);
    co_return system_failure("'" + name + "' was ended, as its output cannot be watched", problem.value());
}

asio::awaitable<bool> cancelled()
{
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    co_return state.cancelled() != asio::cancellation_type::none;
}

void throw_cancelled()
{
    throw boost::system::system_error{asio::error::operation_aborted};
}

} // namespace forager
