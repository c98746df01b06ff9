#include "clients/s3/bucket.hpp"

#include "base/text.hpp"
#include "clients/s3/copy.hpp"
#include "clients/s3/get.hpp"
#include "clients/s3/put.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace forager::s3 {

namespace asio = boost::asio;

namespace {

constexpr int forbidden = 403;

asio::awaitable<Result<void>> tell(Client& client, Ask ask)
{
    auto answer = co_await client.ask(std::move(ask));
    co_return answer.has_value() ? Result<void>{} : Result<void>{answer.error()};
}

} // namespace

Bucket::Bucket(Client& client, std::string name)
    : client_{client}, name_{std::move(name)}, notes_{client.pool(), client.config().folder}
{
}

std::string Bucket::place() const
{
    return client_.place(name_);
}

Result<ObjectStore*> Bucket::bucket(std::string_view name)
{
    if (name.empty() || name == name_)
        return this;
    if (name.size() < 3 || name.size() > 63 || name.find('/') != name.npos || printable(name) != name)
        return Failure{Errc::bad_arguments, "a bucket's name has 3 to 63 letters, digits, dots and hyphens"};
    auto found = others_.find(name);
    if (found == others_.end())
        found = others_.emplace(name, std::make_unique<Bucket>(client_, std::string{name})).first;
    return found->second.get();
}

// A key that may not look at the bucket may well use it.
asio::awaitable<Result<void>> Bucket::make_bucket()
{
    auto there = co_await tell(client_, Ask{"HEAD", name_, {}});
    if (there.has_value() || status_of(there.error()) == forbidden)
        co_return Result<void>{};
    if (there.error().code != Errc::not_found)
        co_return there;
    Ask ask{"PUT", name_, {}};
    if (!client_.config().region.empty() && client_.region() != "us-east-1")
        ask.body = std::make_shared<const std::string>(location(client_.region()));
    auto made = co_await tell(client_, std::move(ask));
    if (made.has_error() && code_of(made.error()) == "BucketAlreadyOwnedByYou")
        co_return Result<void>{};
    co_return made;
}

asio::awaitable<Result<StoredObject>> Bucket::put(std::string key, std::string bytes, PutOptions options)
{
    if (auto checked = check_key(key); checked.has_error())
        co_return checked.error();
    Put put{client_, notes_, name_, std::move(key), std::move(options)};
    co_return co_await put.bytes(std::move(bytes));
}

asio::awaitable<Result<StoredObject>> Bucket::put_stream(std::string key, ByteSource& bytes, PutOptions options)
{
    if (auto checked = check_key(key); checked.has_error())
        co_return checked.error();
    Put put{client_, notes_, name_, std::move(key), std::move(options)};
    co_return co_await put.stream(bytes);
}

asio::awaitable<Result<StoredObject>> Bucket::put_file(std::string key, std::string path, PutOptions options)
{
    if (auto checked = check_key(key); checked.has_error())
        co_return checked.error();
    Put put{client_, notes_, name_, std::move(key), std::move(options)};
    co_return co_await put.file(std::move(path));
}

asio::awaitable<Result<StoredObject>> Bucket::get_stream(std::string key, ByteSink& sink, GetOptions options)
{
    if (auto checked = check_key(key); checked.has_error())
        co_return checked.error();
    Get get{client_, name_, std::move(key), std::move(options)};
    co_return co_await get.stream(sink);
}

asio::awaitable<Result<StoredObject>> Bucket::get_file(std::string key, std::string path, GetOptions options)
{
    if (auto checked = check_key(key); checked.has_error())
        co_return checked.error();
    Get get{client_, name_, std::move(key), std::move(options)};
    co_return co_await get.file(std::move(path));
}

asio::awaitable<Result<StoredObject>> Bucket::head(std::string key)
{
    if (auto checked = check_key(key); checked.has_error())
        co_return checked.error();
    Get get{client_, name_, std::move(key), {}};
    auto head = co_await get.head();
    if (head.has_error())
        co_return head.error();
    co_return std::move(head->object);
}

asio::awaitable<Result<ObjectPage>> Bucket::list(std::string prefix, std::string next, std::string delimiter)
{
    Ask ask{"GET", name_, {}};
    ask.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"prefix", std::move(prefix)}};
    if (!next.empty())
        ask.query.emplace_back("continuation-token", std::move(next));
    if (!delimiter.empty())
        ask.query.emplace_back("delimiter", std::move(delimiter));
    auto answer = co_await client_.ask(std::move(ask));
    co_return answer.has_value() ? read_objects(answer->body) : Result<ObjectPage>{answer.error()};
}

asio::awaitable<Result<void>> Bucket::remove(std::string key)
{
    if (auto checked = check_key(key); checked.has_error())
        co_return checked.error();
    auto removed = co_await tell(client_, Ask{"DELETE", name_, std::move(key)});
    if (removed.has_error() && code_of(removed.error()) == "NoSuchKey")
        co_return Result<void>{};
    co_return removed;
}

asio::awaitable<Result<void>> Bucket::remove_all(std::vector<std::string> keys)
{
    constexpr std::ptrdiff_t at_once = 1000; // as many as a store takes
    Result<void> result;
    for (auto next = keys.begin(); next != keys.end();) {
        const auto end = next + std::min(at_once, keys.end() - next);
        auto removed = co_await remove_some({next, end});
        if (removed.has_error() && result.has_value())
            result = removed;
        next = end;
    }
    co_return result;
}

asio::awaitable<Result<void>> Bucket::remove_some(std::vector<std::string> keys)
{
    const std::string document = removal(keys);
    Ask ask{"POST", name_, {}};
    ask.query = {{"delete", ""}};
    // Stores ask for the one or the other.
    ask.headers.set("Content-MD5", to_base64(digest(Digest::md5, document)));
    ask.headers.set("x-amz-checksum-sha256", to_base64(digest(Digest::sha256, document)));
    ask.headers.set("Content-Type", "application/xml");
    ask.body = std::make_shared<const std::string>(document);
    ask.fails_late = true;
    auto answer = co_await client_.ask(std::move(ask));
    if (answer.has_error())
        co_return answer.error();
    auto left = read_removal(answer->body);
    if (left.has_error())
        co_return left.error();
    if (*left)
        co_return refusal("removing '" + (*left)->first + "' at " + place(), forbidden, (*left)->second);
    co_return Result<void>{};
}

asio::awaitable<Result<StoredObject>> Bucket::copy(std::string from, std::string to)
{
    for (const std::string& key : {from, to})
        if (auto checked = check_key(key); checked.has_error())
            co_return checked.error();
    co_return co_await s3::copy(client_, name_, std::move(from), std::move(to));
}

Result<std::string> Bucket::presign(std::string_view method, std::string_view key, Duration lifetime)
{
    constexpr Duration longest = std::chrono::days{7};
    if (auto checked = check_key(key); checked.has_error())
        return checked.error();
    constexpr std::array<std::string_view, 4> methods{"GET", "PUT", "HEAD", "DELETE"};
    if (std::ranges::find(methods, method) == methods.end())
        return Failure{Errc::bad_arguments,
                       "an address is for GET, PUT, HEAD or DELETE, not for '" + printable(std::string{method}) + "'"};
    if (lifetime < std::chrono::seconds{1} || lifetime > longest)
        return Failure{Errc::bad_arguments, "an address can be good for 1 s to 7 d"};
    return client_.presign(method, name_, key, lifetime);
}

asio::awaitable<Result<std::vector<UnfinishedUpload>>> Bucket::unfinished(std::string prefix)
{
    std::vector<UnfinishedUpload> uploads;
    Pairs next;
    do {
        Ask ask{"GET", name_, {}};
        ask.query = {{"uploads", ""}, {"encoding-type", "url"}, {"prefix", prefix}};
        ask.query.insert(ask.query.end(), next.begin(), next.end());
        auto answer = co_await client_.ask(std::move(ask));
        auto page = answer.has_value() ? read_uploads(answer->body) : Result<Page<UnfinishedUpload>>{answer.error()};
        if (page.has_error())
            co_return page.error();
        std::ranges::move(page->items, std::back_inserter(uploads));
        next = std::move(page->next);
    } while (!next.empty());
    co_return uploads;
}

// One that is not there any more has been abandoned or finished.
asio::awaitable<Result<void>> Bucket::abandon(UnfinishedUpload upload)
{
    Ask ask{"DELETE", name_, std::move(upload.key)};
    ask.query = {{"uploadId", upload.id}};
    auto told = co_await tell(client_, std::move(ask));
    if (told.has_error() && code_of(told.error()) != "NoSuchUpload")
        co_return told;
    co_await notes_.forget(std::move(upload.id));
    co_return Result<void>{};
}

} // namespace forager::s3
