// One upload in parts: several are on their way at once, and all of them are there when it is finished. Used by puts
// and copies, on their strand; the client must outlive it. What its owner does with it is done within `conclude`.
#pragma once

#include "clients/s3/client.hpp"
#include "clients/s3/documents.hpp"
#include "core/failure.hpp"
#include "io/event.hpp"
#include "io/http/headers.hpp"
#include "io/process/crew.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forager::s3 {

/// Bytes with their SHA-256, as bytes.
struct Part {
    int number = 0; ///< from 1 on
    std::shared_ptr<const std::string> bytes;
    std::string sha256;

    Part() = default;
};

class Multipart {
public:
    /// `hear_sent` is told how many bytes the store has taken more.
    Multipart(Client& client, std::string bucket, std::string key, boost::asio::any_io_executor executor,
              std::function<void(std::uint64_t)> hear_sent);

    /// Begins one with these headers. Failures: those of the client.
    boost::asio::awaitable<Result<void>> begin(http::Headers headers);

    /// Goes on with one that was begun before, and learns which parts it has. Failures: not_found, and those of the
    /// client.
    boost::asio::awaitable<Result<void>> resume(std::string id);

    const std::string& id() const { return id_; }

    /// Whether the store has this very part already; it is counted as sent then.
    bool has(int number, std::uint64_t size, std::string_view sha256);

    /// Returns when the part is on its way, which is when there is room beside the others. Failures: of any part.
    boost::asio::awaitable<Result<void>> send(Part part);

    /// The same for bytes that the store has already: those from `first` to `last` of `source`, as
    /// x-amz-copy-source names it.
    boost::asio::awaitable<Result<void>> copy(int number, std::string source, std::uint64_t first, std::uint64_t last);

    /// Makes the object when all parts are there. The result is its entity tag.
    boost::asio::awaitable<Result<std::string>> finish(std::uint64_t size);

    /// What `work` gives, whose last step is `finish`. Where it fails or is cancelled, what is on its way is ended and
    /// the store freed of it, in a limited time. `last` follows, unless the store could not be freed: then the upload
    /// may be gone on with.
    template <class T>
    boost::asio::awaitable<Result<T>> conclude(boost::asio::awaitable<Result<T>> work,
                                               boost::asio::awaitable<void> last);

private:
    boost::asio::awaitable<bool> abandon(); // while a cancellation of the caller does not throw
    boost::asio::awaitable<Result<void>> start(std::uint64_t size, boost::asio::awaitable<void> sending);
    boost::asio::awaitable<void> send_part(Part part);
    boost::asio::awaitable<void> copy_part(int number, std::string source, std::uint64_t size, std::string range);
    boost::asio::awaitable<Result<void>> all_sent();
    boost::asio::awaitable<Result<std::string>> complete();
    boost::asio::awaitable<std::optional<std::string>> completed(std::uint64_t size);
    boost::asio::awaitable<std::optional<std::string>> completed_soon(std::uint64_t size, bool is_joining);
    Result<void> verdict() const;
    void ended(std::uint64_t size, Result<StoredPart> part);
    std::string whole_etag() const;
    Ask about_upload(std::string method) const;

    Client& client_;
    std::string bucket_;
    std::string key_;
    std::function<void(std::uint64_t)> hear_sent_;
    std::string id_;
    std::map<int, StoredPart> parts_; // that are there
    std::map<int, StoredPart> known_; // from an earlier time
    std::uint64_t in_flight_ = 0;
    std::optional<Failure> failure_;
    Event moved_; // a part has ended
    Crew crew_;
};

template <class T>
boost::asio::awaitable<Result<T>> Multipart::conclude(boost::asio::awaitable<Result<T>> work,
                                                      boost::asio::awaitable<void> last)
{
    std::exception_ptr thrown;
    std::optional<Result<T>> result;
    try {
        result = co_await std::move(work);
    } catch (...) {
        thrown = std::current_exception();
    }
    // Also when it was cancelled: what the store has taken is not to be left there.
    co_await boost::asio::this_coro::throw_if_cancelled(false);
    if (thrown)
        co_await boost::asio::this_coro::reset_cancellation_state();
    const bool is_over = (!thrown && result->has_value()) || co_await abandon();
    if (is_over)
        co_await std::move(last);
    co_await boost::asio::this_coro::throw_if_cancelled(true);
    if (thrown)
        std::rethrow_exception(thrown);
    co_return std::move(*result);
}

} // namespace forager::s3
