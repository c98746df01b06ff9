#include "io/process/child_streams.hpp"

#include "ports/cancellation.hpp"
#include "ports/object_store.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string_view>
#include <utility>

namespace forager {

namespace asio = boost::asio;

ChildStreams::ChildStreams(const asio::any_io_executor& executor, const Command& command, std::vector<char>& buffer,
                           Launched& launched)
    : command_{command},
      buffer_{buffer},
      input_{executor},
      out_{executor, std::move(launched.out), command.limit.value()},
      err_{executor, std::move(launched.err), command.limit.value()},
      report_{executor, std::move(launched.report), 0},
      speaking_{executor, 1}
{
    if (launched.input)
        input_.assign(launched.input.release());
}

void ChildStreams::start(Crew& movers, Crew& feeders)
{
    if (input_.is_open())
        feeders.start(command_.source != nullptr ? feed_from(*command_.source) : feed());
    movers.start(command_.sink != nullptr ? pump_into(*command_.sink) : pump(out_, Stream::out));
    if (err_.open())
        movers.start(pump(err_, Stream::err));
    if (report_.open())
        movers.start(collect_report());
}

asio::awaitable<void> ChildStreams::feed()
{
    (void)co_await feed(std::string_view{command_.input});
    input_.close();
}

// False: nobody reads it any more.
asio::awaitable<bool> ChildStreams::feed(std::string_view rest)
{
    while (!rest.empty()) {
        boost::system::error_code error;
        co_await input_.async_wait(input_.wait_write, asio::redirect_error(asio::use_awaitable, error));
        const ssize_t count = error ? 0 : ::write(input_.native_handle(), rest.data(), rest.size());
        if (count < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (count <= 0)
            co_return false;
        rest.remove_prefix(static_cast<std::size_t>(count));
    }
    co_return true;
}

// A child that closes its stdin early may have read enough: what it says at its end counts.
asio::awaitable<void> ChildStreams::feed_from(ByteSource& source)
{
    bool read_on = true;
    while (read_on) {
        Result<std::string> bytes = co_await source.read(buffer_.size());
        if (!bytes)
            end_with(bytes.error());
        if (bytes->empty())
            break;
        read_on = co_await feed(*bytes);
    }
    input_.close();
}

asio::awaitable<void> ChildStreams::pump_into(ByteSink& sink)
{
    while (true) {
        const bool readable = co_await ready(out_);
        if (!readable)
            co_return;
        const auto bytes = out_.read(buffer_);
        if (!bytes)
            co_return;
        if (bytes->empty())
            continue;
        Result<void> taken = co_await sink.write(std::string{*bytes});
        if (!taken)
            end_with(taken.error());
    }
}

// The crew hears of it by an exception, whatever that is; `failure()` says why.
void ChildStreams::end_with(Failure failure)
{
    failure_ = std::move(failure);
    throw_cancelled();
}

// Waits until the outlet can be read. False: a cancellation came first.
asio::awaitable<bool> ChildStreams::ready(Outlet& outlet)
{
    bool readable = true;
    if (!draining_)
        readable = co_await outlet.readable();
    if (draining_)
        outlet.last_bytes_only();
    co_return readable || draining_;
}

asio::awaitable<void> ChildStreams::pump(Outlet& outlet, Stream stream)
{
    while (true) {
        const bool readable = co_await ready(outlet);
        if (!readable)
            co_return;
        const auto bytes = outlet.read(buffer_);
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
asio::awaitable<void> ChildStreams::tell(Stream stream, std::vector<std::string> lines)
{
    const bool turn = co_await speaking_.take();
    if (!turn)
        co_return;
    const TurnHolder holder{speaking_};
    for (std::string& line : lines)
        co_await command_.lines->line(stream, std::move(line));
}

asio::awaitable<void> ChildStreams::collect_report()
{
    while (true) {
        const bool readable = co_await ready(report_);
        if (!readable)
            co_return;
        const auto bytes = report_.read(buffer_);
        if (!bytes)
            co_return;
        const std::size_t room = command_.report_limit - report_text_.size();
        report_cut_ = report_cut_ || bytes->size() > room;
        report_text_.append(bytes->substr(0, room));
    }
}

void ChildStreams::drain()
{
    draining_ = true;
    for (Outlet* outlet : {&out_, &err_, &report_})
        if (outlet->open())
            outlet->wake();
}

void ChildStreams::keep_rest()
{
    for (Outlet* outlet : {&out_, &err_}) {
        if (!outlet->open() || (outlet == &out_ && command_.sink != nullptr))
            continue;
        outlet->last_bytes_only();
        while (const auto bytes = outlet->read(buffer_))
            outlet->kept.add(*bytes);
    }
}

void ChildStreams::take_outputs(std::string& out, std::string& err)
{
    out = out_.kept.take();
    err = err_.kept.take();
}

void ChildStreams::take(Completed& done)
{
    take_outputs(done.out, done.err);
    done.report = std::move(report_text_);
    done.report_cut = report_cut_;
}

} // namespace forager
