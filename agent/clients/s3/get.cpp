#include "clients/s3/get.hpp"

#include "clients/s3/ranged_read.hpp"
#include "clients/s3/ranges.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

namespace forager::s3 {

namespace asio = boost::asio;

namespace {

constexpr int range_not_satisfiable = 416;

// Looks at what goes through to another sink.
class CheckingSink final : public ByteSink {
public:
    CheckingSink(BlockingPool& pool, ContentCheck& check, ByteSink& sink, std::function<void(std::uint64_t)> hear)
        : pool_{pool}, check_{check}, sink_{sink}, hear_{std::move(hear)}
    {
    }

    asio::awaitable<Result<void>> write(std::string bytes) override
    {
        auto work = [&] {
            check_.add(bytes);
            return true;
        };
        (void)co_await pool_.run(work);
        const std::uint64_t size = bytes.size();
        auto written = co_await sink_.write(std::move(bytes));
        hear_(size);
        co_return written;
    }

private:
    BlockingPool& pool_;
    ContentCheck& check_;
    ByteSink& sink_;
    std::function<void(std::uint64_t)> hear_;
};

class TextSink final : public ByteSink {
public:
    std::string text;

    asio::awaitable<Result<void>> write(std::string bytes) override
    {
        text += bytes;
        co_return Result<void>{};
    }
};

// That lasts for a later try: the store was away.
bool may_go_on_later(const Failure& failure)
{
    return failure.code == Errc::unreachable || failure.code == Errc::timed_out;
}

} // namespace

Get::Get(Client& client, std::string bucket, std::string key, GetOptions options)
    : client_{client}, bucket_{std::move(bucket)}, key_{std::move(key)}, options_{std::move(options)}
{
}

void Get::hear(std::uint64_t bytes)
{
    done_ += bytes;
    if (options_.progress)
        options_.progress(done_, head_.object.size);
}

StoredObject Get::verified(std::string sha256) const
{
    StoredObject object = head_.object;
    object.sha256 = std::move(sha256);
    return object;
}

asio::awaitable<Result<http::AnswerStream>> Get::open(std::string range)
{
    Ask ask{"GET", bucket_, key_};
    ask.headers.set("x-amz-checksum-mode", "ENABLED");
    if (!range.empty())
        ask.headers.set("Range", std::move(range));
    auto stream = co_await client_.open(std::move(ask));
    if (stream.has_error())
        co_return stream;
    if (stream->head().headers.find("content-length") == nullptr)
        co_return Failure{Errc::refused, "'" + key_ + "' at " + client_.place(bucket_) + " comes without its length"};
    understand(stream->head());
    co_return stream;
}

Failure Get::changed() const
{
    return {Errc::refused, "'" + key_ + "' at " + client_.place(bucket_) + " changed while it was read"};
}

// The first range, which is all of a short object. An empty one has no first byte.
asio::awaitable<Result<http::AnswerStream>> Get::open_first()
{
    auto stream = co_await open(range_text(0, client_.config().part_size - 1));
    if (stream.has_error() && status_of(stream.error()) == range_not_satisfiable)
        stream = co_await open({});
    co_return stream;
}

void Get::understand(const http::Response& answer)
{
    head_ = head_of(key_, answer);
    const auto range = parse_content_range(answer.headers.find("content-range"));
    has_ranges_ = range.has_value();
    if (range)
        head_.object.size = range->whole;
}

asio::awaitable<Result<ObjectHead>> Get::head()
{
    Ask ask{"HEAD", bucket_, key_};
    ask.headers.set("x-amz-checksum-mode", "ENABLED");
    auto answer = co_await client_.ask(std::move(ask));
    if (answer.has_error())
        co_return answer.error();
    co_return head_of(key_, *answer);
}

bool Get::knows_checksum() const
{
    return ContentCheck{head_, options_.sha256}.can_tell();
}

// An answer with a range may come without it.
asio::awaitable<Result<void>> Get::know_checksum()
{
    if (knows_checksum() || !has_ranges_)
        co_return Result<void>{};
    auto whole = co_await head();
    if (whole.has_error())
        co_return whole.error();
    if (whole->object.etag != head_.object.etag)
        co_return changed();
    head_ = std::move(*whole);
    co_return Result<void>{};
}

asio::awaitable<Result<StoredObject>> Get::stream(ByteSink& sink)
{
    auto opened = co_await open({});
    if (opened.has_error())
        co_return opened.error();
    ContentCheck check{head_, options_.sha256};
    CheckingSink checking{client_.pool(), check, sink, [this](std::uint64_t bytes) { hear(bytes); }};
    RangedRead reading{client_, bucket_, key_, head_.object.etag};
    auto read = co_await reading.run(std::move(*opened), 0, head_.object.size, checking);
    if (read.has_error())
        co_return read.error();
    auto sum = check.finish();
    if (sum.has_error())
        co_return sum.error();
    co_return verified(std::move(*sum));
}

asio::awaitable<Result<StoredObject>> Get::file(std::string path)
{
    auto opened = co_await open_first();
    if (opened.has_error())
        co_return opened.error();
    auto known = co_await know_checksum();
    if (known.has_error())
        co_return known.error();
    if (head_.object.size <= client_.config().part_size)
        co_return co_await short_file(std::move(*opened), std::move(path));
    co_return co_await large_file(std::move(*opened), std::move(path));
}

asio::awaitable<Result<StoredObject>> Get::short_file(http::AnswerStream opened, std::string path)
{
    TextSink sink;
    ContentCheck check{head_, options_.sha256};
    CheckingSink checking{client_.pool(), check, sink, [this](std::uint64_t bytes) { hear(bytes); }};
    RangedRead reading{client_, bucket_, key_, head_.object.etag};
    auto read = co_await reading.run(std::move(opened), 0, head_.object.size, checking);
    if (read.has_error())
        co_return read.error();
    auto sum = check.finish();
    if (sum.has_error())
        co_return sum.error();
    auto work = [&] { return write_whole_file(path, sink.text); };
    auto written = co_await client_.pool().run(work);
    if (written.has_error())
        co_return written.error();
    co_return verified(std::move(*sum));
}

asio::awaitable<Result<PartialFile>> Get::partial_file(std::string path)
{
    PartialFile::Plan plan;
    plan.path = std::move(path);
    plan.object = client_.place(bucket_) + "/" + key_ + " " + head_.object.etag;
    plan.size = head_.object.size;
    // Without ranges it comes in one; without a checksum nobody could tell what an earlier time has left.
    plan.range = has_ranges_ ? client_.config().part_size : head_.object.size;
    plan.adopts = knows_checksum();
    auto work = [&] { return PartialFile::open(std::move(plan)); };
    co_return co_await client_.pool().run(work);
}

asio::awaitable<Result<StoredObject>> Get::large_file(http::AnswerStream opened, std::string path)
{
    auto file = co_await partial_file(std::move(path));
    if (file.has_error())
        co_return file.error();
    auto fetched = co_await fetch(*file, std::move(opened));
    if (fetched.has_error()) {
        if (knows_checksum() && may_go_on_later(fetched.error()))
            file->keep();
        co_return fetched.error();
    }
    auto sum = co_await verify(*file);
    if (sum.has_error() && file->is_adopted()) {
        // What an earlier time has left is not to be trusted: once more, from the beginning.
        auto again = co_await start_again(*file);
        if (again.has_error())
            co_return again.error();
        sum = co_await verify(*file);
    }
    if (sum.has_error())
        co_return sum.error();
    auto work = [&] { return file->commit(); };
    auto committed = co_await client_.pool().run(work);
    if (committed.has_error())
        co_return committed.error();
    co_return verified(std::move(*sum));
}

asio::awaitable<Result<void>> Get::start_again(PartialFile& file)
{
    auto work = [&] { return file.restart(); };
    auto restarted = co_await client_.pool().run(work);
    if (restarted.has_error())
        co_return restarted;
    done_ = 0;
    const ObjectHead before = head_;
    auto opened = co_await open_first();
    if (opened.has_error())
        co_return opened.error();
    const bool is_same = head_.object.etag == before.object.etag && head_.object.size == before.object.size;
    head_ = before;
    if (!is_same)
        co_return changed();
    co_return co_await fetch(file, std::move(*opened));
}

asio::awaitable<Result<void>> Get::fetch(PartialFile& file, http::AnswerStream opened)
{
    Ranges::Object object;
    object.bucket = bucket_;
    object.key = key_;
    object.etag = head_.object.etag;
    object.size = head_.object.size;
    object.range = has_ranges_ ? client_.config().part_size : head_.object.size;
    Ranges ranges{client_, file, std::move(object), co_await asio::this_coro::executor,
                  [this](std::uint64_t bytes) { hear(bytes); }};
    co_return co_await ranges.run(std::move(opened), client_.config().ranges);
}

// Reads all of it once more: ranges come in no order.
asio::awaitable<Result<std::string>> Get::verify(const PartialFile& file)
{
    constexpr std::size_t piece = std::size_t{4} * 1024 * 1024;
    ContentCheck check{head_, options_.sha256};
    const std::uint64_t size = head_.object.size;
    for (std::uint64_t offset = 0; offset < size; offset += piece) {
        const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(piece, size - offset));
        auto work = [&] { return file.read(offset, most, [&](std::string_view bytes) { check.add(bytes); }); };
        auto read = co_await client_.pool().run(work);
        if (read.has_error())
            co_return read.error();
    }
    co_return check.finish();
}

} // namespace forager::s3
