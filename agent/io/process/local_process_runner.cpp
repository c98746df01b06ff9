#include "io/process/local_process_runner.hpp"

#include "base/duration.hpp"
#include "io/process/capture.hpp"
#include "io/process/crew.hpp"
#include "io/process/launch.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/process/v2/error.hpp> // before the next, which needs it
#include <boost/process/v2/process_handle.hpp>
#include <boost/system/system_error.hpp>

#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace forager {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t buffer_size = std::size_t{64} * 1024;
constexpr std::size_t descriptors_per_command = 5;
constexpr std::size_t descriptors_for_others = 128;
constexpr std::size_t most_commands = 100'000;
constexpr Duration descriptor_pause = 20ms;

using StreamDescriptor = asio::posix::stream_descriptor;
using ProcessHandle = boost::process::v2::basic_process_handle<asio::any_io_executor>;

[[noreturn]] void throw_cancelled()
{
    throw boost::system::system_error{asio::error::operation_aborted};
}

asio::awaitable<bool> cancelled()
{
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    co_return state.cancelled() != asio::cancellation_type::none;
}

// One of the child's outputs, read without ever blocking.
class Outlet {
public:
    Outlet(asio::any_io_executor executor, Descriptor descriptor, std::size_t limit)
        : kept{limit}, pipe_{std::move(executor)}
    {
        if (descriptor)
            pipe_.assign(descriptor.release());
    }

    bool open() const { return pipe_.is_open(); }

    asio::awaitable<bool> readable()
    {
        boost::system::error_code error;
        co_await pipe_.async_wait(StreamDescriptor::wait_read, asio::redirect_error(asio::use_awaitable, error));
        co_return !error;
    }

    /// Lets a waiting `readable` return false.
    void wake()
    {
        boost::system::error_code ignored;
        pipe_.cancel(ignored);
    }

    /// Once the child is gone, others may still write, endlessly perhaps: only what is there now was its own.
    void last_bytes_only()
    {
        int waiting = 0;
        if (!left_ && ioctl(pipe_.native_handle(), FIONREAD, &waiting) == 0)
            left_ = static_cast<std::size_t>(waiting);
    }

    /// Empty: nothing there at the moment; nothing: it has ended.
    std::optional<std::string_view> read(std::vector<char>& buffer)
    {
        const std::size_t most = std::min(buffer.size(), left_.value_or(buffer.size()));
        const ssize_t count = most == 0 ? 0 : ::read(pipe_.native_handle(), buffer.data(), most);
        if (count < 0 && (errno == EAGAIN || errno == EINTR) && !left_)
            return std::string_view{};
        if (count <= 0)
            return {};
        if (left_)
            *left_ -= static_cast<std::size_t>(count);
        return std::string_view{buffer.data(), static_cast<std::size_t>(count)};
    }

    Capture kept;
    LineCutter lines;

private:
    StreamDescriptor pipe_;
    std::optional<std::size_t> left_;
};

// What a child's run touches of the runner.
struct Surroundings {
    asio::any_io_executor executor;
    Clock& clock;
    Reaper& reaper;
    std::vector<char>& buffer;
    std::vector<pid_t>& strays;
};

// One child from its birth to its end. Its members work side by side in two crews: one moves bytes, the other watches
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

std::optional<Failure> mistake_in(const Command& command)
{
    if (command.argv.empty() || command.argv.front().empty())
        return Failure{Errc::bad_arguments, "a command needs the name of a program"};
    for (const std::string& argument : command.argv)
        if (argument.find('\0') != std::string::npos)
            return Failure{Errc::bad_arguments, "an argument of '" + command.argv.front() +
                                                    "' contains a NUL byte: hand binary data over as input"};
    if (command.cwd.find('\0') != std::string::npos)
        return Failure{Errc::bad_arguments, "the name of a working folder must not contain a NUL byte"};
    return {};
}

Result<LaunchPlan> plan_for(const Command& command, const Environment& base, TagPair tags, std::uint64_t open_files)
{
    auto environment = with_changes(base, command.env);
    if (!environment)
        return environment.error();
    LaunchPlan plan;
    plan.argv = command.argv;
    plan.environment = std::move(*environment);
    plan.cwd = command.cwd;
    plan.limits = command.limits;
    plan.open_files = open_files;
    plan.tags = tags;
    plan.input = !command.input.empty();
    plan.merge = command.merge;
    plan.report = command.report_limit > 0;
    return plan;
}

std::uint64_t raise_open_files()
{
    rlimit64 limit{};
    getrlimit64(RLIMIT_NOFILE, &limit);
    const rlimit64 raised{limit.rlim_max, limit.rlim_max};
    setrlimit64(RLIMIT_NOFILE, &raised);
    return limit.rlim_cur;
}

std::size_t commands_at_once()
{
    rlimit64 limit{};
    getrlimit64(RLIMIT_NOFILE, &limit);
    const std::uint64_t for_commands = limit.rlim_cur - std::min<rlim64_t>(limit.rlim_cur, descriptors_for_others);
    return std::clamp<std::uint64_t>(for_commands / descriptors_per_command, 1, most_commands);
}

void prepare_signals()
{
    std::signal(SIGPIPE, SIG_IGN); // a child may close its stdin early
    struct sigaction present{};
    sigaction(SIGCHLD, nullptr, &present);
    if (present.sa_handler == SIG_IGN) // inherited: the kernel would throw exit statuses away
        std::signal(SIGCHLD, SIG_DFL);
}

} // namespace

LocalProcessRunner::LocalProcessRunner(asio::any_io_executor executor, BlockingPool& pool, Clock& clock,
                                       Environment environment)
    : executor_{executor},
      pool_{pool},
      clock_{clock},
      environment_{std::move(environment)},
      open_files_{raise_open_files()},
      tags_{getpid(), tags_of(0).value_or(TagPair{}).hard},
      reaper_{executor, pool, clock},
      turns_{executor, commands_at_once()},
      buffer_(buffer_size)
{
    prepare_signals();
}

// Each run is a coroutine of its own: what it does to its cancellation state stays unseen by the caller's.
asio::awaitable<Result<Completed>> LocalProcessRunner::run(Command command)
{
    asio::awaitable<Result<Completed>> work = supervise(std::move(command));
    Result<Completed> result = co_await asio::co_spawn(executor_, std::move(work), asio::use_awaitable);
    co_return result;
}

asio::awaitable<Result<Completed>> LocalProcessRunner::supervise(Command command)
{
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    co_await asio::this_coro::throw_if_cancelled(false);
    collect_strays();
    if (auto mistake = mistake_in(command))
        co_return std::move(*mistake);
    const TagPair tags = tags_.new_command(command.scope);
    const Result<LaunchPlan> plan = plan_for(command, environment_, tags, open_files_);
    if (!plan)
        co_return plan.error();

    const bool turn = co_await turns_.take(); // nothing was awaited before, so no cancellation was missed
    if (!turn)
        throw_cancelled();
    const TurnHolder holder{turns_};
    while (true) {
        const bool aborted = co_await cancelled();
        if (aborted)
            throw_cancelled();
        auto birth = [&plan] { return launch(*plan); };
        Result<std::optional<Launched>> launched = co_await pool_.run(std::move(birth));
        if (!launched)
            co_return launched.error();
        if (*launched) {
            const Surroundings around{executor_, clock_, reaper_, buffer_, strays_};
            ChildRun child{around, std::move(command), tags, std::move(**launched)};
            Result<Completed> result = co_await child.result();
            co_return result;
        }
        co_await sleep_for(clock_, descriptor_pause);
    }
}

ScopeId LocalProcessRunner::new_scope()
{
    return tags_.new_scope();
}

asio::awaitable<void> LocalProcessRunner::end_scope(ScopeId scope)
{
    asio::awaitable<void> work = end(tags_.scope(scope));
    co_await asio::co_spawn(executor_, std::move(work), asio::use_awaitable);
    tags_.forget(scope);
}

asio::awaitable<void> LocalProcessRunner::end_all()
{
    asio::awaitable<void> work = end(tags_.agent());
    co_await asio::co_spawn(executor_, std::move(work), asio::use_awaitable);
}

asio::awaitable<void> LocalProcessRunner::end(TagPattern pattern)
{
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await reaper_.end(pattern);
}

// Zombies until they are asked for, so their numbers cannot have passed to others.
void LocalProcessRunner::collect_strays()
{
    std::erase_if(strays_, [](pid_t stray) { return waitpid(stray, nullptr, WNOHANG) != 0; });
}

} // namespace forager
