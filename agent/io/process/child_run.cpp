#include "io/process/child_run.hpp"

#include "base/duration.hpp"
#include "io/process/crew.hpp"
#include "io/process/outlet.hpp"
#include "io/process/turns.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/process/v2/error.hpp> // before the next, which needs it
#include <boost/process/v2/process_handle.hpp>
#include <boost/system/system_error.hpp>

#include <sys/wait.h>

#include <cerrno>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

using StreamDescriptor = asio::posix::stream_descriptor;
using ProcessHandle = boost::process::v2::basic_process_handle<asio::any_io_executor>;

// The members work side by side in two crews: one moves bytes, the other watches
// for the end and the time.
class ChildRun {
public:
    ChildRun(Surroundings around, Command command, TagPair tags, Launched launched)
        : around_{around},
          command_{std::move(command)},
          tags_{tags},
          main_{launched.process, launched.pidfd.number()},
          started_{around.clock.now()},
          handle_{around.executor, launched.process, launched.pidfd.release()},
          input_{around.executor},
          out_{around.executor, std::move(launched.out), command_.limit},
          err_{around.executor, std::move(launched.err), command_.limit},
          report_{around.executor, std::move(launched.report), 0},
          changed_{around.executor},
          speaking_{around.executor, 1},
          movers_{around.executor, [this] { changed_.set(); }},
          watchers_{around.executor, [this] { changed_.set(); }}
    {
        if (launched.input)
            input_.assign(launched.input.release());
    }

    asio::awaitable<Result<Completed>> result()
    {
        start();
        bool aborted = co_await cancelled();
        if (!aborted)
            co_await changed_.wait();
        aborted = co_await cancelled();
        if (exited_ && !aborted) {
            drain();
            co_await movers_.join();
        }
        aborted = co_await cancelled();
        const bool complete = exited_ && movers_.idle() && !movers_.trouble() && !aborted;
        if (!complete)
            co_await end_all();
        co_await watchers_.dismiss();
        if (complete)
            co_return completed();
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
        if (input_.is_open())
            movers_.start(feed());
        movers_.start(pump(out_, Stream::out));
        if (err_.open())
            movers_.start(pump(err_, Stream::err));
        if (report_.open())
            movers_.start(collect_report());
    }

    asio::awaitable<void> watch()
    {
        status_ = co_await handle_.async_wait(asio::use_awaitable);
        elapsed_ = around_.clock.now() - started_;
        exited_ = true;
        changed_.set();
    }

    asio::awaitable<void> expire()
    {
        co_await sleep_until(around_.clock, started_ + *command_.timeout);
        changed_.set();
    }

    asio::awaitable<void> feed()
    {
        std::string_view rest = command_.input;
        while (!rest.empty()) {
            boost::system::error_code error;
            co_await input_.async_wait(StreamDescriptor::wait_write, asio::redirect_error(asio::use_awaitable, error));
            const ssize_t count = error ? 0 : ::write(input_.native_handle(), rest.data(), rest.size());
            if (count < 0 && (errno == EAGAIN || errno == EINTR))
                continue;
            if (count <= 0)
                break; // nobody reads it any more
            rest.remove_prefix(static_cast<std::size_t>(count));
        }
        input_.close();
    }

    asio::awaitable<void> pump(Outlet& outlet, Stream stream)
    {
        while (true) {
            if (!exited_) {
                const bool readable = co_await outlet.readable();
                if (!readable && !exited_)
                    co_return;
            }
            if (exited_)
                outlet.last_bytes_only();
            const auto bytes = outlet.read(around_.buffer);
            if (!bytes)
                break;
            outlet.kept.add(*bytes);
            if (command_.lines == nullptr)
                continue;
            std::vector<std::string> lines = outlet.lines.cut(*bytes);
            co_await tell(stream, std::move(lines));
        }
        auto rest = outlet.lines.rest();
        if (command_.lines == nullptr || !rest)
            co_return;
        std::vector<std::string> last;
        last.push_back(std::move(*rest));
        co_await tell(stream, std::move(last));
    }

    // The sink hears one line at a time, though two streams speak.
    asio::awaitable<void> tell(Stream stream, std::vector<std::string> lines)
    {
        const bool turn = co_await speaking_.take();
        if (!turn)
            co_return;
        const TurnHolder holder{speaking_};
        for (std::string& line : lines)
            co_await command_.lines->line(stream, std::move(line));
    }

    asio::awaitable<void> collect_report()
    {
        while (true) {
            if (!exited_) {
                const bool readable = co_await report_.readable();
                if (!readable && !exited_)
                    co_return;
            }
            if (exited_)
                report_.last_bytes_only();
            const auto bytes = report_.read(around_.buffer);
            if (!bytes)
                co_return;
            const std::size_t room = command_.report_limit - report_text_.size();
            report_cut_ = report_cut_ || bytes->size() > room;
            report_text_.append(bytes->substr(0, room));
        }
    }

    // What the child wrote is in its pipes now; nobody waits for those who have inherited them.
    void drain()
    {
        boost::system::error_code ignored;
        if (input_.is_open())
            input_.cancel(ignored);
        for (Outlet* outlet : {&out_, &err_, &report_})
            if (outlet->open())
                outlet->wake();
    }

    // After a timeout, a cancellation or an exception of the sink: nothing of the command may remain.
    asio::awaitable<void> end_all()
    {
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        movers_.cancel();
        const bool gone = co_await around_.reaper.end(TagSource::command(tags_), main_);
        co_await movers_.dismiss();
        while (gone && !watchers_.trouble() && !exited_) {
            changed_.clear();
            co_await changed_.wait();
        }
        if (!exited_)
            around_.strays.push_back(main_.process);
        for (auto [outlet, open] : {std::pair{&out_, true}, std::pair{&err_, err_.open()}})
            if (open)
                read_rest(*outlet);
    }

    void read_rest(Outlet& outlet)
    {
        outlet.last_bytes_only();
        while (const auto bytes = outlet.read(around_.buffer))
            outlet.kept.add(*bytes);
    }

    void rethrow_trouble() const
    {
        for (const std::exception_ptr& trouble : {movers_.trouble(), watchers_.trouble()})
            if (trouble)
                std::rethrow_exception(trouble);
    }

    Completed completed()
    {
        Completed done;
        done.signal = WIFSIGNALED(status_) ? WTERMSIG(status_) : 0;
        done.code = done.signal != 0 ? 128 + done.signal : WEXITSTATUS(status_);
        done.out = out_.kept.take();
        done.err = err_.kept.take();
        done.report = std::move(report_text_);
        done.report_cut = report_cut_;
        done.elapsed = elapsed_;
        return done;
    }

    Failure too_late()
    {
        Failure failure{Errc::timed_out,
                        "'" + command_.argv.front() + "' did not end within " + to_text(*command_.timeout)};
        if (!exited_)
            failure.message += "; process " + std::to_string(main_.process) +
                               " is left: it cannot be ended, as it belongs to another user or the kernel holds it";
        failure.details.append("stdout", out_.kept.take());
        failure.details.append("stderr", err_.kept.take());
        return failure;
    }

    Surroundings around_;
    Command command_;
    TagPair tags_;
    HeldProcess main_;
    TimePoint started_;
    ProcessHandle handle_;
    StreamDescriptor input_;
    Outlet out_;
    Outlet err_;
    Outlet report_;
    Event changed_; // it has exited, its time is over, or a member is in trouble
    Turns speaking_;
    Crew movers_;
    Crew watchers_;
    bool exited_ = false;
    int status_ = 0;
    Duration elapsed_{};
    std::string report_text_;
    bool report_cut_ = false;
};

} // namespace

asio::awaitable<Result<Completed>> run_child(Surroundings around, Command command, TagPair tags, Launched launched)
{
    const std::string name = command.argv.front();
    const pid_t process = launched.process;
    std::optional<ChildRun> child;
    boost::system::error_code problem;
    try {
        child.emplace(around, std::move(command), tags, std::move(launched));
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
