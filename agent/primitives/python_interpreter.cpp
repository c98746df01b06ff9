#include "primitives/python_interpreter.hpp"

#include "io/formats/json.hpp"
#include "ports/cancellation.hpp"
#include "ports/within.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <exception>
#include <random>
#include <utility>

namespace forager {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t room_for_words = 1024; // around an answer's outputs
constexpr std::size_t kept_by_runner = 1024; // what is printed is kept for each call, here
constexpr Duration patience = 5s;            // for the last lines, and for the end of what has closed its socket

std::string random_word()
{
    std::random_device device; // the kernel's
    std::string word;
    for (int part = 0; part < 4; ++part)
        word += std::to_string(device());
    return word;
}

bool is_own_user(int socket)
{
    ucred peer{};
    socklen_t size = sizeof peer;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

} // namespace

PythonWorker::Interpreter::Interpreter(const asio::any_io_executor& executor)
    : executor_{executor},
      acceptor_{executor},
      socket_{executor},
      ended_{executor},
      complete_{executor},
      mark_{"forager " + random_word()}
{
}

asio::awaitable<Result<void>> PythonWorker::Interpreter::start(std::shared_ptr<Interpreter> self, ProcessRunner& runner,
                                                               Command command)
{
    // Of the kernel's own name space: there is no file to leave behind, and only this user's processes are accepted.
    const std::string name = "forager-python-" + random_word();
    boost::system::error_code problem;
    self->acceptor_.open(Local{}, problem);
    if (!problem)
        self->acceptor_.bind(Local::endpoint{'\0' + name}, problem);
    if (!problem)
        self->acceptor_.listen(1, problem);
    if (problem) {
        Failure failure{Errc::refused, "no socket can be made for the Python session: " + problem.message()};
        co_return failure;
    }
    Object input{{"socket", name}, {"mark", self->mark_}, {"most", static_cast<std::int64_t>(largest_python_reply)}};
    command.input = to_json(Value{std::move(input)});
    command.limit = kept_by_runner;
    command.lines = self.get();
    const PythonOrigin origin{command};
    auto handler = [self](const std::exception_ptr&) { self->ended_.set(); };
    asio::co_spawn(self->executor_, live(self, runner, std::move(command)),
                   asio::bind_cancellation_slot(self->stop_.slot(), std::move(handler)));
    const bool ready = co_await self->accept();
    if (ready)
        co_return Result<void>{};
    co_await self->wait_for_end();
    if (const auto refused = self->refusal())
        co_return python_runner_failure(*refused, origin);
    co_return python_outcome("", self->heard()).error();
}

asio::awaitable<void> PythonWorker::Interpreter::live(std::shared_ptr<Interpreter> self, ProcessRunner& runner,
                                                      Command command)
{
    CommandScope scope{runner};
    command.scope = scope.id();
    Result<Completed> result = co_await scope.around(until_closed(self, runner.run(std::move(command))));
    self->result_ = std::move(result);
}

// Whoever waits for an answer shall not wait for what the interpreter has left behind.
asio::awaitable<Result<Completed>> PythonWorker::Interpreter::until_closed(std::shared_ptr<Interpreter> self,
                                                                           asio::awaitable<Result<Completed>> run)
{
    std::exception_ptr thrown;
    std::optional<Result<Completed>> result;
    try {
        result.emplace(co_await std::move(run));
    } catch (...) {
        thrown = std::current_exception();
    }
    self->close();
    if (thrown)
        std::rethrow_exception(thrown);
    co_return std::move(*result);
}

void PythonWorker::Interpreter::close()
{
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    socket_.close(ignored);
    complete_.set();
}

// False: it has ended before. Throws when the caller is cancelled.
asio::awaitable<bool> PythonWorker::Interpreter::accept()
{
    boost::system::error_code problem;
    while (!problem) {
        co_await acceptor_.async_accept(socket_, asio::redirect_error(asio::use_awaitable, problem));
        if (!problem && is_own_user(socket_.native_handle())) {
            acceptor_.close(problem);
            co_return true;
        }
        if (!problem)
            socket_.close(problem);
    }
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        throw_cancelled();
    co_return false;
}

asio::awaitable<std::optional<std::string>> PythonWorker::Interpreter::ask(Clock& clock, std::string request)
{
    request += '\n';
    boost::system::error_code problem;
    co_await asio::async_write(socket_, asio::buffer(request), asio::redirect_error(asio::use_awaitable, problem));
    std::size_t size = 0;
    if (!problem) {
        auto room = asio::dynamic_buffer(received_, largest_python_reply + room_for_words);
        size = co_await asio::async_read_until(socket_, room, '\n', asio::redirect_error(asio::use_awaitable, problem));
    }
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        throw_cancelled();
    if (problem) {
        const bool gone = co_await within(clock, clock.now() + patience, wait_for_end());
        if (!gone)
            stop();
        co_await wait_for_end();
        co_return std::optional<std::string>{};
    }
    std::string answer = std::exchange(received_, {});
    answer.resize(size);
    const bool complete = co_await within(clock, clock.now() + patience, complete_.wait());
    if (!complete) { // somebody holds its outputs: they are of no use any more
        stop();
        co_await wait_for_end();
    }
    co_return std::optional{std::move(answer)};
}

void PythonWorker::Interpreter::listen(LineSink* listener, std::size_t limit)
{
    listener_ = listener;
    complete_.clear();
    for (Output& output : outputs_) {
        output = Output{};
        output.kept = Capture{limit};
    }
}

Completed PythonWorker::Interpreter::heard()
{
    Completed done;
    if (result_ && result_->has_value()) {
        done.code = (**result_).code;
        done.signal = (**result_).signal;
    }
    done.out = outputs_[0].kept.take();
    done.err = outputs_[1].kept.take();
    return done;
}

std::optional<Failure> PythonWorker::Interpreter::refusal() const
{
    if (!result_ || result_->has_value())
        return {};
    return result_->error();
}

asio::awaitable<void> PythonWorker::Interpreter::wait_for_end()
{
    while (!ended_.happened())
        co_await ended_.wait();
}

// The mark stands on a line of its own, so that a last line without an end gets one: the empty line before it is no
// line of the code.
asio::awaitable<void> PythonWorker::Interpreter::line(Stream stream, std::string text)
{
    if (text == mark_) {
        output(stream).empty_line = false;
        output(stream).complete = true;
        if (outputs_[0].complete && outputs_[1].complete)
            complete_.set();
        co_return;
    }
    if (std::exchange(output(stream).empty_line, text.empty()))
        co_await tell(stream, std::string{});
    if (!text.empty())
        co_await tell(stream, std::move(text));
}

asio::awaitable<void> PythonWorker::Interpreter::tell(Stream stream, std::string text)
{
    output(stream).kept.add(text);
    output(stream).kept.add("\n");
    if (listener_ != nullptr)
        co_await listener_->line(stream, std::move(text));
}

} // namespace forager
