// One request as it is parsed, without I/O: bytes go in, a request or the reason to refuse it comes out. Used by the
// server's connections. Beast's parser does the work; what it lets pass and we do not is refused here.
#pragma once

#include "io/http/server/served_request.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace forager::http {

/// Why a request is not served: the status, and a sentence.
struct Refusal {
    int status;
    std::string message;
};

class RequestParser {
public:
    /// `body_limit` in bytes.
    explicit RequestParser(std::size_t body_limit);
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    /// Parses what it can and returns how much that was; the rest is to be offered again with more. Nothing is parsed
    /// beyond the end of the request, nor after a refusal.
    std::size_t feed(std::string_view bytes);

    bool has_head() const;
    bool is_complete() const;
    std::size_t body_size() const; ///< of what has come, in bytes

    const std::optional<Refusal>& refusal() const { return refusal_; }
    /// The first refusal counts.
    void refuse(Refusal refusal)
    {
        if (!refusal_)
            refusal_ = std::move(refusal);
    }

    // Of the head.
    bool is_http_1_0() const;
    bool keeps_connection() const;
    bool expects_continue() const; ///< the client holds the body back until it is told to go on

    /// The request without `peer` and `uid`.
    ServedRequest take();

private:
    class Parser;
    bool must_wait(std::size_t available) const;
    bool step(std::string_view bytes, std::size_t& used);

    std::unique_ptr<Parser> parser_;
    std::optional<Refusal> refusal_;
    bool started_ = false;
};

} // namespace forager::http
