// The process of a `PythonWorker`: its life, its lines and the socket that calls and answers go through.
#pragma once

#include "core/failure.hpp"
#include "io/event.hpp"
#include "io/process/capture.hpp"
#include "ports/clock.hpp"
#include "ports/process_runner.hpp"
#include "primitives/command_scope.hpp"
#include "primitives/python_message.hpp"
#include "primitives/python_worker.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace forager {

class PythonWorker::Interpreter final : public LineSink {
public:
    explicit Interpreter(const boost::asio::any_io_executor& executor);

    /// Starts it, with the rest of `command` as the caller wants it, and waits until it is ready. Failures: those of
    /// `ProcessRunner::run`, and `exit` where it ended at once.
    static boost::asio::awaitable<Result<void>> start(std::shared_ptr<Interpreter> self, ProcessRunner& runner,
                                                      Command command);

    /// Sends one line and waits for that which answers, and for all that was printed before it. Nothing: it has ended,
    /// or its socket is closed. An answer has at most `largest_python_reply` bytes and a bit.
    boost::asio::awaitable<std::optional<std::string>> ask(Clock& clock, std::string request);

    /// Who hears the lines of the next call, if anybody, and how many bytes are kept of each output.
    void listen(LineSink* listener, std::size_t limit);
    void listen_no_more() { listener_ = nullptr; }

    /// How it ended, or nothing, with what was printed since `listen`.
    Completed heard();
    std::optional<Failure> refusal() const;

    void stop() { stop_.emit(boost::asio::cancellation_type::terminal); }
    bool ended() const { return ended_.happened(); }
    boost::asio::awaitable<void> wait_for_end();

    boost::asio::awaitable<void> line(Stream stream, std::string text) override;

private:
    using Local = boost::asio::local::stream_protocol;

    struct Output {
        Capture kept;
        bool empty_line = false; // held back: it may belong to the mark
        bool complete = false;   // the mark has come

        Output() : kept{0} {}
    };

    static boost::asio::awaitable<void> live(std::shared_ptr<Interpreter> self, ProcessRunner& runner, Command command);
    static boost::asio::awaitable<Result<Completed>> until_closed(std::shared_ptr<Interpreter> self,
                                                                  boost::asio::awaitable<Result<Completed>> run);
    boost::asio::awaitable<bool> accept();
    boost::asio::awaitable<void> tell(Stream stream, std::string text);
    Output& output(Stream stream) { return outputs_[stream == Stream::out ? 0 : 1]; }
    void close();

    boost::asio::any_io_executor executor_;
    Local::acceptor acceptor_;
    Local::socket socket_;
    boost::asio::cancellation_signal stop_;
    Event ended_;
    Event complete_; // all lines of the call have come
    std::string mark_;
    std::string received_;
    std::array<Output, 2> outputs_;
    LineSink* listener_ = nullptr;
    std::optional<Result<Completed>> result_;
};

} // namespace forager
