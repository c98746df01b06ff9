// HTTP as functions use it: a request, with JSON if wanted, and its answer. What scripts call as forager.http.
#pragma once

#include "core/failure.hpp"
#include "core/value.hpp"
#include "io/http/client.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <utility>

namespace forager {

/// Relative file names are the agent's: resolve them before.
struct HttpRequest : http::Request {
    std::optional<Value> json; ///< sent as the body, with its content type unless the headers name one

    HttpRequest() = default;
};

struct HttpResponse : http::Response {
    HttpResponse() = default;
    explicit HttpResponse(http::Response response) : http::Response{std::move(response)} {}

    /// The body as a value. Failures: bad_arguments, naming what answered and the place in the text.
    Result<Value> json() const;
};

/// Any answer is a result, a 404 too. Failures: those of `http::Client::send`; bad_arguments also for a value that JSON
/// cannot say, and for more than one body.
boost::asio::awaitable<Result<HttpResponse>> request_http(http::Client& client, HttpRequest request);

} // namespace forager
