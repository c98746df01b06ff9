#include "clients/s3/put.hpp"

#include "clients/s3/object_head.hpp"
#include "clients/s3/part_source.hpp"
#include "io/formats/base64.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>

namespace forager::s3 {

namespace asio = boost::asio;

namespace {

asio::awaitable<std::string> sha256_of(BlockingPool& pool, const std::string& bytes)
{
    constexpr std::size_t quickly_hashed = 64 * 1024;
    auto work = [&bytes] { return digest(Digest::sha256, bytes); };
    if (bytes.size() <= quickly_hashed)
        co_return work();
    co_return co_await pool.run(work);
}

asio::awaitable<void> drop(Client& client, std::string bucket, std::string key, std::string id)
{
    Ask ask{"DELETE", std::move(bucket), std::move(key)};
    ask.query = {{"uploadId", std::move(id)}};
    (void)co_await client.ask(std::move(ask));
}

} // namespace

Put::Put(Client& client, UploadNotes& notes, std::string bucket, std::string key, PutOptions options)
    : client_{client}, notes_{notes}, bucket_{std::move(bucket)}, key_{std::move(key)}, options_{std::move(options)}
{
}

void Put::hear_sent(std::uint64_t bytes)
{
    sent_ += bytes;
    if (options_.progress)
        options_.progress(sent_, size_);
}

Result<void> Put::as_promised(const std::string& sha256) const
{
    if (options_.sha256.empty() || options_.sha256 == sha256)
        return {};
    return Failure{Errc::refused, "'" + key_ + "' was not put: its content has the SHA-256 " + sha256 + ", not " +
                                      options_.sha256 + "; did it change meanwhile?"};
}

StoredObject Put::stored(std::uint64_t size, std::string etag, std::string sha256) const
{
    StoredObject object;
    object.key = key_;
    object.size = size;
    object.etag = std::move(etag);
    object.sha256 = std::move(sha256);
    object.content_type = options_.content_type;
    object.metadata = options_.metadata;
    return object;
}

asio::awaitable<Result<StoredObject>> Put::bytes(std::string bytes)
{
    size_ = bytes.size();
    const std::uint64_t part_size = client_.config().part_size;
    if (bytes.size() <= 2 * part_size)
        co_return co_await in_one(std::move(bytes));
    if (options_.sha256.empty())
        options_.sha256 = to_hex(co_await sha256_of(client_.pool(), bytes));
    const PartPlan plan = PartPlan::for_size(bytes.size(), part_size);
    TextParts parts{std::move(bytes)};
    co_return co_await in_parts(parts, plan, {}, {});
}

asio::awaitable<Result<StoredObject>> Put::stream(ByteSource& source)
{
    const PartPlan plan = PartPlan::for_stream(client_.config().part_size);
    StreamParts parts{source};
    auto first = co_await parts.read(plan.size_of(1));
    if (first.has_error())
        co_return first.error();
    if (first->size() < plan.size_of(1))
        co_return co_await in_one(std::move(*first));
    co_return co_await in_parts(parts, plan, std::move(*first), {});
}

asio::awaitable<Result<StoredObject>> Put::file(std::string path)
{
    auto file = co_await http::UploadFile::open(client_.pool(), path);
    if (file.has_error())
        co_return file.error();
    size_ = file->size();
    if (*size_ > 2 * client_.config().part_size)
        co_return co_await large_file(std::move(*file), std::move(path));
    // One byte more tells whether it grew.
    auto bytes = co_await file->read(client_.pool(), 0, *size_ + 1);
    if (bytes.has_error())
        co_return bytes.error();
    if (bytes->size() != *size_)
        co_return Failure{Errc::refused, "'" + path + "' changed while it was read"};
    co_return co_await in_one(std::move(*bytes));
}

asio::awaitable<Result<StoredObject>> Put::in_one(std::string bytes)
{
    auto headers = headers_of(options_);
    if (headers.has_error())
        co_return headers.error();
    Ask ask{"PUT", bucket_, key_};
    const std::uint64_t size = bytes.size();
    const std::string sum = co_await sha256_of(client_.pool(), bytes);
    if (auto right = as_promised(to_hex(sum)); right.has_error())
        co_return right.error();
    ask.headers = std::move(*headers);
    ask.headers.set("x-amz-checksum-sha256", to_base64(sum));
    tell_sha256(ask.headers, to_hex(sum));
    ask.sha256 = to_hex(sum);
    ask.body = std::make_shared<const std::string>(std::move(bytes));
    ask.is_transfer = true;
    auto answer = co_await client_.ask(std::move(ask));
    if (answer.has_error())
        co_return answer.error();
    hear_sent(size);
    co_return stored(size, head_of(key_, *answer).object.etag, to_hex(sum));
}

asio::awaitable<Result<StoredObject>> Put::large_file(http::UploadFile file, std::string path)
{
    if (options_.sha256.empty()) {
        auto sum = co_await hash_file(file);
        if (sum.has_error())
            co_return sum.error();
        options_.sha256 = std::move(*sum);
    }
    const PartPlan plan = PartPlan::for_size(*size_, client_.config().part_size);
    UploadNotes::Claim claim = notes_.claim(client_.place(bucket_) + "\n" + key_ + "\n" + path);
    FileParts parts{client_.pool(), std::move(file)};
    co_return co_await in_parts(parts, plan, {}, std::move(claim));
}

asio::awaitable<Result<StoredObject>> Put::in_parts(PartSource& source, PartPlan plan, std::string first,
                                                    UploadNotes::Claim claim)
{
    Multipart upload{client_, bucket_, key_, co_await asio::this_coro::executor,
                     [this](std::uint64_t bytes) { hear_sent(bytes); }};
    auto work = send_all(upload, source, plan, std::move(first), claim);
    co_return co_await upload.conclude(std::move(work), claim.forget());
}

asio::awaitable<Result<StoredObject>> Put::send_all(Multipart& upload, PartSource& source, PartPlan plan,
                                                    std::string first, UploadNotes::Claim& claim)
{
    auto begun = co_await begin(upload, plan, claim);
    if (begun.has_error())
        co_return begun.error();
    co_return co_await send_parts(upload, source, plan, std::move(first));
}

asio::awaitable<Result<void>> Put::begin(Multipart& upload, const PartPlan& plan, UploadNotes::Claim& claim)
{
    auto headers = headers_of(options_);
    if (headers.has_error())
        co_return headers.error();
    if (!options_.sha256.empty())
        tell_sha256(*headers, options_.sha256);
    else
        tell_parts(*headers, plan.part_size());
    headers->set("x-amz-checksum-algorithm", "SHA256");
    const UploadNote before = co_await claim.read();
    const bool is_same = before.sha256 == options_.sha256 && before.part_size == plan.part_size();
    if (!before.id.empty() && is_same) {
        auto resumed = co_await upload.resume(before.id);
        if (resumed.has_value() || resumed.error().code != Errc::not_found)
            co_return resumed;
    } else if (!before.id.empty()) {
        co_await drop(client_, bucket_, key_, before.id);
    }
    auto begun = co_await upload.begin(std::move(*headers));
    UploadNote note;
    note.id = upload.id();
    note.sha256 = options_.sha256;
    note.part_size = plan.part_size();
    if (begun.has_value())
        co_await claim.write(std::move(note));
    co_return begun;
}

asio::awaitable<Result<StoredObject>> Put::send_parts(Multipart& upload, PartSource& source, PartPlan plan,
                                                      std::string first)
{
    std::uint64_t size = 0;
    std::string bytes = std::move(first);
    for (int number = 1;; ++number) {
        if (bytes.empty()) {
            auto read = co_await source.read(plan.size_of(number));
            if (read.has_error())
                co_return read.error();
            bytes = std::move(*read);
        }
        if (bytes.empty())
            break;
        if (number > PartPlan::most)
            co_return Failure{Errc::limit, "'" + key_ + "' was not put: it has more than " +
                                               std::to_string(PartPlan::most) + " parts"};
        Part part;
        part.number = number;
        part.sha256 = co_await hash_part(bytes);
        size += bytes.size();
        part.bytes = std::make_shared<const std::string>(std::exchange(bytes, {}));
        if (upload.has(number, part.bytes->size(), part.sha256))
            continue;
        auto sent = co_await upload.send(std::move(part));
        if (sent.has_error())
            co_return sent.error();
    }
    const std::string sum = to_hex(whole_.finish());
    if (size_.value_or(size) != size)
        co_return Failure{Errc::refused, "'" + key_ + "' was not put: its file changed while it was read"};
    if (auto right = as_promised(sum); right.has_error())
        co_return right.error();
    auto etag = co_await upload.finish(size);
    if (etag.has_error())
        co_return etag.error();
    co_return stored(size, std::move(*etag), sum);
}

// Of this part; those of all follow one another in `whole_`.
asio::awaitable<std::string> Put::hash_part(const std::string& bytes)
{
    auto work = [&] {
        whole_.add(bytes);
        return digest(Digest::sha256, bytes);
    };
    co_return co_await client_.pool().run(work);
}

asio::awaitable<Result<std::string>> Put::hash_file(const http::UploadFile& file)
{
    constexpr std::size_t piece = std::size_t{4} * 1024 * 1024;
    Digester digester{Digest::sha256};
    for (std::uint64_t offset = 0; offset < file.size(); offset += piece) {
        auto bytes = co_await file.read(client_.pool(), offset, piece);
        if (bytes.has_error())
            co_return bytes.error();
        auto work = [&] {
            digester.add(*bytes);
            return true;
        };
        (void)co_await client_.pool().run(work);
    }
    co_return to_hex(digester.finish());
}

} // namespace forager::s3
