#include "primitives/s3/objects.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"
#include "core/options.hpp"
#include "io/formats/base64.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace forager::objects {

namespace asio = boost::asio;

namespace {

// Content for a script, as long as it is not too much for one.
class Content final : public ByteSink {
public:
    explicit Content(std::size_t limit) : limit_{limit} {}

    std::string bytes;

    asio::awaitable<Result<void>> write(std::string piece) override
    {
        if (bytes.size() + piece.size() > limit_)
            co_return Failure{Errc::limit, "the object is larger than " + bytes_text(limit_) +
                                               ", the limit of what is kept in memory: use to_file, or set limit"};
        bytes += piece;
        co_return Result<void>{};
    }

private:
    std::size_t limit_;
};

Result<ObjectStore*> bucket_of(ObjectStore& store, const Object& options)
{
    auto name = text_option(options, "bucket");
    if (name.has_error())
        return name.error();
    return store.bucket(name->value_or(""));
}

// In lower case; empty where none is given.
Result<std::string> sha256_option(const Object& options)
{
    constexpr std::size_t size = 32;
    const auto given = text_option(options, "sha256");
    if (given.has_error())
        return given.error();
    if (!*given)
        return std::string{};
    const auto bytes = from_hex(**given);
    if (bytes.has_error() || bytes->size() != size)
        return Failure{Errc::bad_arguments, "option 'sha256' must be 64 hexadecimal digits"};
    return to_hex(*bytes);
}

Result<PutOptions> put_options(const Object& options)
{
    PutOptions result;
    auto type = text_option(options, "content_type");
    auto sha256 = sha256_option(options);
    if (type.has_error() || sha256.has_error())
        return type.has_error() ? type.error() : sha256.error();
    result.content_type = type->value_or(result.content_type);
    result.sha256 = std::move(*sha256);
    for (const auto& [name, value] : part<Object>(options, "metadata")) {
        const auto* text = value.get<std::string>();
        if (text == nullptr)
            return Failure{Errc::bad_arguments, "option 'metadata': '" + name + "' must be a string, not a " +
                                                    std::string{value.type_name()}};
        result.metadata.emplace_back(name, *text);
    }
    return result;
}

double seconds_of(WallTime time)
{
    return std::chrono::duration<double>{time.time_since_epoch()}.count();
}

} // namespace

Object table_of(const StoredObject& object)
{
    Object table{{"key", object.key}, {"size", object.size}, {"etag", object.etag}};
    if (object.modified)
        table.append("modified", seconds_of(*object.modified));
    if (!object.sha256.empty())
        table.append("sha256", object.sha256);
    if (object.content_type.empty())
        return table;
    table.append("content_type", object.content_type);
    Object metadata;
    for (const auto& [name, value] : object.metadata)
        metadata.set(name, value);
    table.append("metadata", std::move(metadata));
    return table;
}

asio::awaitable<Result<Object>> put(ObjectStore& store, std::string key, Object options, TransferProgress progress)
{
    const auto bucket = bucket_of(store, options);
    if (bucket.has_error())
        co_return bucket.error();
    auto wanted = put_options(options);
    if (wanted.has_error())
        co_return wanted.error();
    wanted->progress = std::move(progress);
    std::string file = part<std::string>(options, "from_file");
    auto stored = file.empty()
                      ? co_await (*bucket)->put(std::move(key), part<std::string>(options, "body"), std::move(*wanted))
                      : co_await (*bucket)->put_file(std::move(key), std::move(file), std::move(*wanted));
    if (stored.has_error())
        co_return stored.error();
    co_return table_of(*stored);
}

asio::awaitable<Result<Object>> get(ObjectStore& store, std::string key, Object options, TransferProgress progress)
{
    constexpr std::size_t usual_limit = std::size_t{64} * 1024 * 1024;
    const auto bucket = bucket_of(store, options);
    if (bucket.has_error())
        co_return bucket.error();
    auto sha256 = sha256_option(options);
    if (sha256.has_error())
        co_return sha256.error();
    GetOptions wanted;
    wanted.sha256 = std::move(*sha256);
    wanted.progress = std::move(progress);
    if (std::string file = part<std::string>(options, "to_file"); !file.empty()) {
        auto got = co_await (*bucket)->get_file(std::move(key), std::move(file), std::move(wanted));
        if (got.has_error())
            co_return got.error();
        co_return table_of(*got);
    }
    const auto limit = whole_option(options, "limit");
    if (limit.has_error())
        co_return limit.error();
    Content content{*limit ? static_cast<std::size_t>(**limit) : usual_limit};
    auto got = co_await (*bucket)->get_stream(std::move(key), content, std::move(wanted));
    if (got.has_error())
        co_return got.error();
    Object table = table_of(*got);
    table.append("body", std::move(content.bytes));
    co_return table;
}

asio::awaitable<Result<std::optional<Object>>> head(ObjectStore& store, std::string key, Object options)
{
    const auto bucket = bucket_of(store, options);
    if (bucket.has_error())
        co_return bucket.error();
    auto known = co_await (*bucket)->head(std::move(key));
    if (known.has_value())
        co_return std::optional{table_of(*known)};
    if (known.error().code == Errc::not_found)
        co_return std::optional<Object>{};
    co_return known.error();
}

asio::awaitable<Result<Object>> list(ObjectStore& store, Object options)
{
    const auto bucket = bucket_of(store, options);
    if (bucket.has_error())
        co_return bucket.error();
    auto page = co_await (*bucket)->list(part<std::string>(options, "prefix"), part<std::string>(options, "next"),
                                         part<std::string>(options, "delimiter"));
    if (page.has_error())
        co_return page.error();
    Array objects;
    for (std::string& folder : page->folders)
        objects.emplace_back(Object{{"folder", std::move(folder)}});
    for (const StoredObject& object : page->objects)
        objects.emplace_back(table_of(object));
    co_return Object{{"objects", std::move(objects)}, {"next", std::move(page->next)}};
}

asio::awaitable<Result<void>> remove(ObjectStore& store, std::vector<std::string> keys, Object options)
{
    const auto bucket = bucket_of(store, options);
    if (bucket.has_error())
        co_return bucket.error();
    if (keys.size() == 1)
        co_return co_await (*bucket)->remove(std::move(keys.front()));
    co_return co_await (*bucket)->remove_all(std::move(keys));
}

asio::awaitable<Result<Object>> copy(ObjectStore& store, std::string from, std::string to, Object options)
{
    const auto bucket = bucket_of(store, options);
    if (bucket.has_error())
        co_return bucket.error();
    auto copied = co_await (*bucket)->copy(std::move(from), std::move(to));
    if (copied.has_error())
        co_return copied.error();
    co_return table_of(*copied);
}

Result<std::string> presign(ObjectStore& store, const std::string& key, const Object& options)
{
    constexpr Duration usual = std::chrono::hours{1};
    const auto bucket = bucket_of(store, options);
    if (bucket.has_error())
        return bucket.error();
    auto method = text_option(options, "method");
    auto expires = duration_option(options, "expires");
    if (method.has_error() || expires.has_error())
        return method.has_error() ? method.error() : expires.error();
    return (*bucket)->presign(method->value_or("GET"), key, expires->value_or(usual));
}

} // namespace forager::objects
