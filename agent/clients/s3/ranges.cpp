#include "clients/s3/ranges.hpp"

#include "clients/s3/ranged_read.hpp"
#include "ports/cancellation.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace forager::s3 {

namespace asio = boost::asio;

namespace {

// Writes where the last piece ended.
class FileSink final : public ByteSink {
public:
    FileSink(BlockingPool& pool, PartialFile& file, std::uint64_t offset,
             const std::function<void(std::uint64_t)>& hear_bytes)
        : pool_{pool}, file_{file}, offset_{offset}, hear_bytes_{hear_bytes}
    {
    }

    asio::awaitable<Result<void>> write(std::string bytes) override
    {
        auto work = [&] { return file_.write(offset_, bytes); };
        auto written = co_await pool_.run(work);
        offset_ += bytes.size();
        hear_bytes_(bytes.size());
        co_return written;
    }

private:
    BlockingPool& pool_;
    PartialFile& file_;
    std::uint64_t offset_;
    const std::function<void(std::uint64_t)>& hear_bytes_;
};

} // namespace

Ranges::Ranges(Client& client, PartialFile& file, Object object, asio::any_io_executor executor,
               std::function<void(std::uint64_t)> hear_bytes)
    : client_{client},
      file_{file},
      object_{std::move(object)},
      hear_bytes_{std::move(hear_bytes)},
      moved_{executor},
      crew_{executor, [this] { moved_.set(); }}
{
}

asio::awaitable<Result<void>> Ranges::run(http::AnswerStream opened, std::size_t at_once)
{
    std::exception_ptr thrown;
    Result<void> result;
    // Some end at once, before the next one begins.
    const std::size_t workers = std::min(at_once, file_.ranges());
    working_ = workers;
    try {
        crew_.start(work(std::move(opened)));
        for (std::size_t i = 1; i < workers; ++i)
            crew_.start(work(std::nullopt));
        result = co_await all_ended();
    } catch (...) {
        thrown = std::current_exception();
    }
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await crew_.dismiss();
    co_await asio::this_coro::throw_if_cancelled(true);
    if (thrown)
        std::rethrow_exception(thrown);
    co_return result;
}

asio::awaitable<Result<void>> Ranges::all_ended()
{
    while (working_ > 0 && !failure_ && !crew_.trouble()) {
        moved_.clear();
        co_await moved_.wait();
        if (!moved_.happened())
            throw_cancelled();
    }
    if (crew_.trouble())
        std::rethrow_exception(crew_.trouble());
    co_return failure_ ? Result<void>{*failure_} : Result<void>{};
}

asio::awaitable<void> Ranges::work(std::optional<http::AnswerStream> opened)
{
    while (next_ < file_.ranges() && !failure_) {
        const std::size_t index = next_++;
        if (file_.has(index)) {
            opened.reset();
            const std::uint64_t begin = index * object_.range;
            hear_bytes_(std::min(object_.range, object_.size - begin));
            continue;
        }
        std::optional<http::AnswerStream> stream;
        stream.swap(opened);
        auto fetched = co_await fetch(index, std::move(stream));
        if (fetched.has_error() && !failure_)
            failure_ = std::move(fetched).error();
    }
    --working_;
    moved_.set();
}

asio::awaitable<Result<void>> Ranges::fetch(std::size_t index, std::optional<http::AnswerStream> opened)
{
    const std::uint64_t begin = index * object_.range;
    const std::uint64_t end = std::min(begin + object_.range, object_.size);
    FileSink sink{client_.pool(), file_, begin, hear_bytes_};
    RangedRead reading{client_, object_.bucket, object_.key, object_.etag};
    auto read = co_await reading.run(std::move(opened), begin, end, sink);
    if (read.has_error())
        co_return read;
    auto work = [&] { return file_.mark(index); };
    auto marked = co_await client_.pool().run(work);
    co_return marked;
}

} // namespace forager::s3
