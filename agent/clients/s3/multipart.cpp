#include "clients/s3/multipart.hpp"

#include "clients/s3/object_head.hpp"
#include "core/retry.hpp"
#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "ports/cancellation.hpp"
#include "ports/within.hpp"

#include <chrono>
#include <utility>

namespace forager::s3 {

namespace asio = boost::asio;

namespace {

constexpr Duration farewell = std::chrono::seconds{10};
constexpr Duration long_work = std::chrono::minutes{15}; // a store that joins or copies large parts
constexpr int completions = 5;
constexpr Duration shortest_pause = std::chrono::milliseconds{500};
constexpr Duration longest_pause = std::chrono::seconds{10};

asio::awaitable<bool> tell(Client& client, Ask ask)
{
    auto answer = co_await client.ask(std::move(ask));
    co_return answer.has_value() || code_of(answer.error()) == "NoSuchUpload";
}

} // namespace

Multipart::Multipart(Client& client, std::string bucket, std::string key, asio::any_io_executor executor,
                     std::function<void(std::uint64_t)> hear_sent)
    : client_{client},
      bucket_{std::move(bucket)},
      key_{std::move(key)},
      hear_sent_{std::move(hear_sent)},
      moved_{executor},
      crew_{executor, [this] { moved_.set(); }}
{
}

Ask Multipart::about_upload(std::string method) const
{
    Ask ask{std::move(method), bucket_, key_};
    ask.query = {{"uploadId", id_}};
    return ask;
}

asio::awaitable<Result<void>> Multipart::begin(http::Headers headers)
{
    Ask ask{"POST", bucket_, key_};
    ask.query = {{"uploads", ""}};
    ask.headers = std::move(headers);
    auto answer = co_await client_.ask(std::move(ask));
    if (answer.has_error())
        co_return answer.error();
    auto id = read_upload_id(answer->body);
    if (id.has_error())
        co_return id.error();
    id_ = std::move(*id);
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Multipart::resume(std::string id)
{
    id_ = std::move(id);
    Pairs next;
    do {
        Ask ask = about_upload("GET");
        ask.query.insert(ask.query.end(), next.begin(), next.end());
        auto answer = co_await client_.ask(std::move(ask));
        auto page = answer.has_value() ? read_parts(answer->body) : Result<Page<StoredPart>>{answer.error()};
        if (page.has_error() && page.error().code == Errc::not_found)
            id_.clear();
        if (page.has_error())
            co_return page.error();
        for (StoredPart& part : page->items)
            known_.insert_or_assign(part.number, std::move(part));
        next = std::move(page->next);
    } while (!next.empty());
    co_return Result<void>{};
}

bool Multipart::has(int number, std::uint64_t size, std::string_view sha256)
{
    const auto known = known_.find(number);
    if (known == known_.end() || known->second.size != size || known->second.sha256 != to_base64(sha256))
        return false;
    parts_.insert_or_assign(number, known->second);
    hear_sent_(size);
    return true;
}

asio::awaitable<Result<void>> Multipart::send(Part part)
{
    const std::uint64_t size = part.bytes->size();
    return start(size, send_part(std::move(part)));
}

asio::awaitable<Result<void>> Multipart::copy(int number, std::string source, std::uint64_t first, std::uint64_t last)
{
    std::string range = "bytes=" + std::to_string(first) + "-" + std::to_string(last);
    // Nothing of it comes by here: only how many there are at once counts.
    const std::uint64_t weight = client_.config().in_flight / client_.config().ranges;
    return start(weight, copy_part(number, std::move(source), weight, std::move(range)));
}

asio::awaitable<Result<void>> Multipart::start(std::uint64_t size, asio::awaitable<void> sending)
{
    while (!failure_ && !crew_.trouble() && in_flight_ > 0 && in_flight_ + size > client_.config().in_flight) {
        moved_.clear();
        co_await moved_.wait();
        if (!moved_.happened())
            throw_cancelled();
    }
    if (auto sound = verdict(); sound.has_error())
        co_return sound;
    in_flight_ += size;
    crew_.start(std::move(sending));
    co_return Result<void>{};
}

asio::awaitable<void> Multipart::send_part(Part part)
{
    const std::uint64_t size = part.bytes->size();
    StoredPart stored;
    stored.number = part.number;
    stored.size = size;
    stored.sha256 = to_base64(part.sha256);
    Ask ask = about_upload("PUT");
    ask.query.emplace_back("partNumber", std::to_string(part.number));
    ask.headers.set("x-amz-checksum-sha256", stored.sha256);
    ask.body = std::move(part.bytes);
    ask.sha256 = to_hex(part.sha256);
    ask.is_transfer = true;
    auto answer = co_await client_.ask(std::move(ask));
    if (answer.has_error())
        co_return ended(size, answer.error());
    const auto* etag = answer->headers.find("etag");
    stored.etag = etag == nullptr ? "" : without_quotes(*etag);
    ended(size, std::move(stored));
    hear_sent_(size);
}

asio::awaitable<void> Multipart::copy_part(int number, std::string source, std::uint64_t size, std::string range)
{
    Ask ask = about_upload("PUT");
    ask.query.emplace_back("partNumber", std::to_string(number));
    ask.headers.set("x-amz-copy-source", std::move(source));
    ask.headers.set("x-amz-copy-source-range", std::move(range));
    ask.is_transfer = true;
    ask.fails_late = true;
    ask.timeout = long_work;
    auto answer = co_await client_.ask(std::move(ask));
    auto read = answer.has_value() ? read_stored(answer->body) : Result<Stored>{answer.error()};
    if (read.has_error())
        co_return ended(size, read.error());
    StoredPart stored;
    stored.number = number;
    stored.etag = std::move(read->etag);
    ended(size, std::move(stored));
}

void Multipart::ended(std::uint64_t size, Result<StoredPart> part)
{
    in_flight_ -= size;
    if (part.has_value())
        parts_.insert_or_assign(part->number, std::move(*part));
    else if (!failure_)
        failure_ = std::move(part).error();
    moved_.set();
}

Result<void> Multipart::verdict() const
{
    if (crew_.trouble())
        std::rethrow_exception(crew_.trouble());
    return failure_ ? Result<void>{*failure_} : Result<void>{};
}

asio::awaitable<Result<void>> Multipart::all_sent()
{
    while (in_flight_ > 0 && !failure_ && !crew_.trouble()) {
        moved_.clear();
        co_await moved_.wait();
        if (!moved_.happened())
            throw_cancelled();
    }
    auto sound = verdict();
    if (sound.has_value())
        co_await crew_.join();
    co_return sound;
}

asio::awaitable<Result<std::string>> Multipart::finish(std::uint64_t size)
{
    auto sent = co_await all_sent();
    if (sent.has_error())
        co_return sent.error();
    Result<std::string> etag = co_await complete();
    for (int tries = 1; etag.has_error(); ++tries) {
        const bool is_gone = code_of(etag.error()) == "NoSuchUpload";
        if (!is_gone && (tries >= completions || !worth_retrying(etag.error())))
            break;
        const bool has_answered = status_of(etag.error()) != 0; // who refuses it is at it no more
        if (auto stored = is_gone ? co_await completed(size) : co_await completed_soon(size, !has_answered))
            co_return std::move(*stored);
        if (is_gone)
            break;
        etag = co_await complete();
    }
    co_return etag;
}

asio::awaitable<Result<std::string>> Multipart::complete()
{
    std::vector<StoredPart> parts;
    for (const auto& [number, part] : parts_)
        parts.push_back(part);
    Ask ask = about_upload("POST");
    ask.headers.set("Content-Type", "application/xml");
    ask.body = std::make_shared<const std::string>(completion(parts));
    ask.is_transfer = true;
    ask.fails_late = true;
    ask.only_once = true;
    ask.timeout = long_work;
    auto answer = co_await client_.ask(std::move(ask));
    if (answer.has_error())
        co_return answer.error();
    auto stored = read_stored(answer->body);
    if (stored.has_error())
        co_return stored.error();
    co_return std::move(stored->etag);
}

// The entity tag, where it stands as a whole: an earlier try may have done it, with its answer lost.
asio::awaitable<std::optional<std::string>> Multipart::completed(std::uint64_t size)
{
    auto answer = co_await client_.ask(Ask{"HEAD", bucket_, key_});
    if (answer.has_error())
        co_return std::nullopt;
    const StoredObject object = head_of(key_, *answer).object;
    if (object.size != size || object.etag != whole_etag())
        co_return std::nullopt;
    co_return object.etag;
}

// A store that was not heard of to the end may be joining the parts still, and would begin anew at every question.
asio::awaitable<std::optional<std::string>> Multipart::completed_soon(std::uint64_t size, bool is_joining)
{
    constexpr std::uint64_t joined_meanwhile = 100'000'000; // bytes, by a slow store, from one look to the next
    Backoff backoff{shortest_pause, longest_pause};
    for (std::uint64_t looks = is_joining ? 2 + size / joined_meanwhile : 1; looks > 0; --looks) {
        co_await sleep_for(client_.clock(), backoff.next(client_.random().next()));
        if (auto etag = co_await completed(size))
            co_return etag;
    }
    co_return std::nullopt;
}

// "MD5 of the parts' MD5s-PARTS", where a part's tag is its MD5.
std::string Multipart::whole_etag() const
{
    std::string sums;
    for (const auto& [number, part] : parts_)
        if (const auto sum = from_hex(part.etag))
            sums += *sum;
    return to_hex(digest(Digest::md5, sums)) + "-" + std::to_string(parts_.size());
}

asio::awaitable<bool> Multipart::abandon()
{
    co_await crew_.dismiss();
    if (id_.empty())
        co_return true;
    const TimePoint until = client_.clock().now() + farewell;
    try {
        const auto is_gone = co_await within(client_.clock(), until, tell(client_, about_upload("DELETE")));
        co_return is_gone.value_or(false);
    } catch (const std::exception& error) {
        if (!is_cancellation(error)) // of a caller who has no time
            throw;
    }
    co_return false;
}

} // namespace forager::s3
