#include "clients/s3/ranged_read.hpp"

#include "clients/s3/documents.hpp"
#include "ports/within.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace forager::s3 {

namespace asio = boost::asio;

namespace {

constexpr std::size_t enough = std::size_t{256} * 1024; // for one write of the sink
constexpr int partial_content = 206;
constexpr int precondition_failed = 412;

bool read_number(std::string_view& text, char after, std::uint64_t& number)
{
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{})
        return false;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    if (after == '\0')
        return text.empty();
    if (!text.starts_with(after))
        return false;
    text.remove_prefix(1);
    return true;
}

} // namespace

std::string range_text(std::uint64_t first, std::uint64_t last)
{
    return "bytes=" + std::to_string(first) + "-" + std::to_string(last);
}

std::optional<ContentRange> parse_content_range(const std::string* text)
{
    constexpr std::string_view unit = "bytes ";
    std::string_view rest = text == nullptr ? std::string_view{} : std::string_view{*text};
    if (!rest.starts_with(unit))
        return std::nullopt;
    rest.remove_prefix(unit.size());
    ContentRange range;
    std::uint64_t last = 0;
    if (!read_number(rest, '-', range.first) || !read_number(rest, '/', last) || !read_number(rest, '\0', range.whole))
        return std::nullopt;
    return range;
}

RangedRead::RangedRead(Client& client, std::string bucket, std::string key, std::string etag)
    : client_{client},
      bucket_{std::move(bucket)},
      key_{std::move(key)},
      etag_{std::move(etag)},
      backoff_{std::chrono::milliseconds{250}, std::chrono::seconds{20}}
{
}

asio::awaitable<Result<void>> RangedRead::run(std::optional<http::AnswerStream> opened, std::uint64_t begin,
                                              std::uint64_t end, ByteSink& sink)
{
    at_ = begin;
    end_ = end;
    while (at_ < end_) {
        if (!opened) {
            auto stream = co_await open();
            if (stream.has_error())
                co_return stream.error();
            opened = std::move(*stream);
            broken_.reset();
        }
        auto bytes = co_await piece(*opened);
        if (bytes.has_error()) {
            opened.reset();
            if (!co_await may_go_on(bytes.error()))
                co_return bytes.error();
            continue;
        }
        at_ += bytes->size();
        tries_ = 0;
        backoff_.reset();
        auto taken = co_await sink.write(std::move(*bytes));
        if (taken.has_error())
            co_return taken;
    }
    co_return Result<void>{};
}

asio::awaitable<bool> RangedRead::may_go_on(const Failure& failure)
{
    if (++tries_ >= client_.config().transfer_tries || !worth_retrying(failure))
        co_return false;
    co_await sleep_for(client_.clock(), backoff_.next(client_.random().next()));
    co_return true;
}

asio::awaitable<Result<http::AnswerStream>> RangedRead::open()
{
    Ask ask{"GET", bucket_, key_};
    ask.headers.set("Range", range_text(at_, end_ - 1));
    if (!etag_.empty())
        ask.headers.set("If-Match", "\"" + etag_ + "\"");
    ask.is_transfer = true;
    auto stream = co_await client_.open(std::move(ask));
    if (stream.has_error() && status_of(stream.error()) == precondition_failed)
        co_return Failure{Errc::refused, "'" + key_ + "' changed while it was read"};
    if (stream.has_error())
        co_return stream;
    auto checked = check(stream->head());
    if (checked.has_error())
        co_return checked.error();
    co_return stream;
}

// A store that knows no ranges, or no conditions.
Result<void> RangedRead::check(const http::Response& head) const
{
    const auto range = parse_content_range(head.headers.find("content-range"));
    const bool from_there = head.status == partial_content && range && range->first == at_;
    if (!from_there && at_ > 0)
        return Failure{Errc::refused, "'" + key_ + "' at " + client_.place(bucket_) +
                                          " cannot be read from its middle on: the store ignores ranges"};
    const auto* etag = head.headers.find("etag");
    if (etag != nullptr && !etag_.empty() && without_quotes(*etag) != etag_)
        return Failure{Errc::refused, "'" + key_ + "' changed while it was read"};
    return {};
}

// What comes until there is enough of it. A broken stream first gives what it had.
asio::awaitable<Result<std::string>> RangedRead::piece(http::AnswerStream& stream)
{
    std::string bytes;
    const std::uint64_t left = end_ - at_;
    while (!broken_ && bytes.size() < std::min<std::uint64_t>(enough, left)) {
        const TimePoint until = client_.clock().now() + client_.config().patience;
        auto some = co_await within(client_.clock(), until, stream.read_some(),
                                    "'" + key_ + "' at " + client_.place(bucket_) + ": the next bytes did not come");
        if (some.has_error())
            broken_ = std::move(some).error();
        else if (some->empty())
            broken_ = Failure{Errc::unreachable, "'" + key_ + "' at " + client_.place(bucket_) + " ended too early"};
        else
            bytes += *some;
    }
    if (bytes.empty())
        co_return *std::exchange(broken_, std::nullopt);
    if (bytes.size() > left)
        bytes.resize(left);
    co_return bytes;
}

} // namespace forager::s3
