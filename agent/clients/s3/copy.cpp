#include "clients/s3/copy.hpp"

#include "io/url.hpp"

#include "clients/s3/get.hpp"
#include "clients/s3/multipart.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace forager::s3 {

namespace asio = boost::asio;

namespace {

constexpr Duration long_work = std::chrono::minutes{15};

std::string source_of(const std::string& bucket, const std::string& key)
{
    return "/" + percent_encoded(bucket) + "/" + encoded_key(key);
}

asio::awaitable<Result<std::string>> copy_at_once(Client& client, std::string bucket, std::string from, std::string to)
{
    Ask ask{"PUT", bucket, std::move(to)};
    ask.headers.set("x-amz-copy-source", source_of(bucket, from));
    ask.fails_late = true;
    ask.timeout = long_work;
    auto answer = co_await client.ask(std::move(ask));
    auto stored = answer.has_value() ? read_stored(answer->body) : Result<Stored>{answer.error()};
    if (stored.has_error())
        co_return stored.error();
    co_return std::move(stored->etag);
}

// What the original has beside its content.
Result<http::Headers> headers_like(const StoredObject& object)
{
    PutOptions options;
    options.content_type = object.content_type;
    options.metadata = object.metadata;
    auto headers = headers_of(options);
    if (headers.has_value() && !object.sha256.empty())
        tell_sha256(*headers, object.sha256);
    return headers;
}

asio::awaitable<Result<std::string>> send_parts(Client& client, Multipart& upload, const StoredObject& object,
                                                std::string source)
{
    constexpr std::uint64_t usual = std::uint64_t{512} * 1024 * 1024;
    auto headers = headers_like(object);
    if (headers.has_error())
        co_return headers.error();
    auto begun = co_await upload.begin(std::move(*headers));
    if (begun.has_error())
        co_return begun.error();
    const PartPlan plan = PartPlan::for_size(object.size, std::min(usual, client.config().copy_limit));
    std::uint64_t first = 0;
    for (int number = 1; first < object.size; ++number) {
        const std::uint64_t end = std::min(object.size, first + plan.size_of(number));
        auto sent = co_await upload.copy(number, source, first, end - 1);
        if (sent.has_error())
            co_return sent.error();
        first = end;
    }
    co_return co_await upload.finish(object.size);
}

asio::awaitable<void> nothing()
{
    co_return;
}

asio::awaitable<Result<std::string>> copy_in_parts(Client& client, std::string bucket, const StoredObject& object,
                                                   std::string to)
{
    Multipart upload{client, bucket, std::move(to), co_await asio::this_coro::executor, [](std::uint64_t) {}};
    auto work = send_parts(client, upload, object, source_of(bucket, object.key));
    co_return co_await upload.conclude(std::move(work), nothing());
}

} // namespace

asio::awaitable<Result<StoredObject>> copy(Client& client, std::string bucket, std::string from, std::string to)
{
    Get original{client, bucket, from, {}};
    auto head = co_await original.head();
    if (head.has_error())
        co_return head.error();
    StoredObject object = std::move(head->object);
    auto etag = object.size <= client.config().copy_limit ? co_await copy_at_once(client, bucket, std::move(from), to)
                                                          : co_await copy_in_parts(client, bucket, object, to);
    if (etag.has_error())
        co_return etag.error();
    object.key = std::move(to);
    object.etag = std::move(*etag);
    object.modified.reset();
    co_return object;
}

} // namespace forager::s3
