// One request and its answer on one connection. Used by the client; an `AnswerStream` is one whose head has come.
#pragma once

#include "core/failure.hpp"
#include "io/http/answer.hpp"
#include "io/http/body_file.hpp"
#include "io/http/connections.hpp"
#include "io/http/progress.hpp"
#include "io/pool.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace forager::http {

/// What is sent after the head: text, or a file.
struct Body {
    std::string text;
    std::shared_ptr<const std::string> kept; ///< instead of `text`
    std::optional<UploadFile> file;

    std::string_view bytes() const { return kept ? *kept : text; }

    Body() = default;
};

class Exchange {
public:
    /// `peer` is for messages. `head_only`: the request is a HEAD.
    Exchange(Lease lease, std::string peer, bool head_only);

    /// Sends the request and reads the head of the final answer. `body` may be null and must outlive the call.
    boost::asio::awaitable<Result<void>> ask(BlockingPool& pool, std::string head, const Body* body,
                                             Progress& progress);

    /// The next piece of the body, empty at its end; the connection is then given back if it may be kept.
    boost::asio::awaitable<Result<std::string>> read_some();

    /// Behind the request, while an answer comes that only the end of the connection ends; else bad_arguments.
    boost::asio::awaitable<Result<void>> send_more(std::string bytes);

    const Answer& answer() const { return answer_; }
    const std::string& peer() const { return peer_; }

    /// After a failure: the connection had ended before anything was answered, as a kept one may at any time.
    bool found_it_closed() const { return found_closed_ && received_ == 0; }
    std::size_t sent() const { return sent_; }

private:
    boost::asio::awaitable<Result<void>> send(BlockingPool& pool, std::string head, const Body* body);
    boost::asio::awaitable<Result<void>> send_file(BlockingPool& pool, const UploadFile& file);
    boost::asio::awaitable<Result<void>> write(std::string_view bytes);
    boost::asio::awaitable<Result<void>> read_head();
    boost::asio::awaitable<Result<void>> advance();
    boost::asio::awaitable<Result<void>> receive();
    Result<void> parse();
    Failure lost(boost::system::error_code error);
    void finish();

    Lease lease_;
    std::string peer_;
    bool head_only_;
    Answer answer_;
    std::string input_;
    std::size_t sent_ = 0;
    std::size_t received_ = 0;
    bool found_closed_ = false;
    bool write_failed_ = false;
    bool busy_ = false; // stays set when an operation was cancelled: nothing more can be read
    bool finished_ = false;
};

} // namespace forager::http
