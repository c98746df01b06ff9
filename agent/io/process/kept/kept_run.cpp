#include "io/process/kept/kept_run.hpp"

#include "base/duration.hpp"
#include "io/process/crew.hpp"
#include "io/process/kept/heard.hpp"
#include "io/process/outlet.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <optional>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

// As the run of a child: one crew listens and speaks, another one watches the time.
class KeptRun {
public:
    KeptRun(Surroundings around, Command command, KeptPlace place, KeeperLine line, KeptRemains& remains)
        : around_{around},
          command_{std::move(command)},
          place_{std::move(place)},
          keeper_{line.keeper},
          ours_{line.ours},
          from_result_{!line.words},
          remains_{remains},
          to_plan_{std::move(line.to_plan)},
          plan_{around.executor},
          words_{around.executor, std::move(line.words), 0},
          pidfd_{around.executor},
          heard_{command_.limit.value()},
          changed_{around.executor},
          members_{around.executor, [this] { changed_.set(); }},
          watchers_{around.executor, [this] { changed_.set(); }}
    {
        if (line.plan)
            plan_.assign(line.plan.release());
        if (line.pidfd)
            pidfd_.assign(line.pidfd.release());
    }

    asio::awaitable<Result<Completed>> result()
    {
        members_.start(listen());
        if (plan_.is_open())
            members_.start(explain());
        bool aborted = co_await cancelled();
        if (!aborted)
            co_await changed_.wait();
        aborted = co_await cancelled();
        const bool complete = end_ && !members_.trouble() && !aborted;
        remains_.command = aborted && !members_.trouble() && place_.leaving;
        remains_.result = complete && heard_.has_result();
        co_await finish(complete || remains_.command);
        if (complete)
            co_return heard_.result();
        rethrow_trouble();
        if (aborted)
            throw_cancelled();
        if (lost_)
            co_return heard_.result();
        co_return too_late();
    }

private:
    asio::awaitable<void> explain()
    {
        std::string_view rest = to_plan_;
        while (!rest.empty()) {
            boost::system::error_code error;
            co_await plan_.async_wait(plan_.wait_write, asio::redirect_error(asio::use_awaitable, error));
            const ssize_t count = error ? 0 : ::write(plan_.native_handle(), rest.data(), rest.size());
            if (count < 0 && (errno == EAGAIN || errno == EINTR))
                continue;
            if (count <= 0)
                co_return;
            rest.remove_prefix(static_cast<std::size_t>(count));
        }
        to_plan_ = {};
        plan_.close();
    }

    asio::awaitable<void> listen()
    {
        while (!end_ && words_.open()) {
            const bool readable = co_await words_.readable();
            if (!readable)
                co_return;
            const auto bytes = words_.read(around_.buffer);
            if (!bytes)
                break;
            heard_words_.add(*bytes);
            co_await hear_all();
        }
        if (!end_)
            co_await read_result();
        lost_ = !end_;
        changed_.set();
    }

    // It was gone before it took our call; its result is complete then.
    asio::awaitable<void> read_result()
    {
        if (begun_)
            co_return;
        from_result_ = true;
        auto reading = [folder = place_.folder] { return folder.result(); };
        const std::string result = co_await place_.pool.run(std::move(reading));
        heard_words_ = {};
        heard_words_.add(result);
        co_await hear_all();
    }

    asio::awaitable<void> hear_all()
    {
        while (const auto word = heard_words_.next()) {
            if (const auto* begun = std::get_if<KeptBegun>(&*word))
                begin(*begun);
            heard_.keep(*word);
            if (command_.lines != nullptr)
                co_await tell(heard_.lines_of(*word));
            end_ = heard_.ended();
        }
    }

    asio::awaitable<void> tell(std::vector<Heard::Line> lines)
    {
        for (Heard::Line& line : lines)
            co_await command_.lines->line(line.stream, std::move(line.text));
    }

    void begin(const KeptBegun& begun)
    {
        begun_ = true;
        if (command_.timeout && !from_result_)
            watchers_.start(expire(around_.clock.now() - begun.age + *command_.timeout));
        if (ours_ || !command_.keep->adopted)
            return;
        const std::string process = "process " + std::to_string(begun.process);
        command_.keep->adopted(from_result_ ? process + " has ended meanwhile" : process + " goes on");
    }

    asio::awaitable<void> expire(TimePoint when)
    {
        co_await sleep_until(around_.clock, when);
        changed_.set();
    }

    // Unless it has ended or is left to itself, nothing of the command may remain.
    asio::awaitable<void> finish(bool gently)
    {
        co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
        members_.cancel();
        bool gone = remains_.command;
        if (!gently)
            gone = co_await around_.reaper.end(left_by(keeper_), {keeper_.process, pidfd_number()});
        if (!remains_.command)
            co_await see_it_go(gone || gently);
        co_await members_.dismiss();
        co_await watchers_.dismiss();
        if (!gently)
            keep_rest();
        if (ours_ && waitpid(keeper_.process, nullptr, WNOHANG) == 0)
            around_.strays.push_back(keeper_.process);
    }

    asio::awaitable<void> see_it_go(bool goes)
    {
        if (!goes || !ours_)
            co_return;
        boost::system::error_code ignored;
        co_await pidfd_.async_wait(pidfd_.wait_read, asio::redirect_error(asio::use_awaitable, ignored));
    }

    // What the keeper still said at the end, without its lines.
    void keep_rest()
    {
        if (!words_.open())
            return;
        words_.last_bytes_only();
        while (const auto bytes = words_.read(around_.buffer))
            heard_words_.add(*bytes);
        while (const auto word = heard_words_.next())
            if (std::holds_alternative<KeptBytes>(*word))
                heard_.keep(*word);
    }

    void rethrow_trouble() const
    {
        for (const std::exception_ptr& trouble : {members_.trouble(), watchers_.trouble()})
            if (trouble)
                std::rethrow_exception(trouble);
    }

    Failure too_late()
    {
        const std::string name = command_.title.empty() ? "'" + command_.argv.front() + "'" : command_.title;
        Failure failure{Errc::timed_out, name + " did not end within " + to_text(*command_.timeout)};
        std::string out;
        std::string err;
        heard_.take_outputs(out, err);
        failure.details.append("stdout", std::move(out));
        failure.details.append("stderr", std::move(err));
        return failure;
    }

    int pidfd_number() { return pidfd_.is_open() ? pidfd_.native_handle() : -1; }

    Surroundings around_;
    Command command_;
    KeptPlace place_;
    ProcessIdentity keeper_;
    bool ours_;
    bool from_result_;
    KeptRemains& remains_;
    std::string to_plan_;
    asio::posix::stream_descriptor plan_;
    Outlet words_;
    asio::posix::stream_descriptor pidfd_;
    KeeperWords heard_words_;
    Heard heard_;
    Event changed_; // it has ended, its keeper is lost, its time is over, or a member is in trouble
    Crew members_;
    Crew watchers_;
    bool begun_ = false;
    bool end_ = false; // and all lines are told
    bool lost_ = false;
};

} // namespace

asio::awaitable<Result<Completed>> run_kept(Surroundings around, Command command, KeptPlace place, KeeperLine line,
                                            KeptRemains& remains)
{
    KeptRun run{around, std::move(command), std::move(place), std::move(line), remains};
    Result<Completed> result = co_await run.result();
    co_return result;
}

} // namespace forager
