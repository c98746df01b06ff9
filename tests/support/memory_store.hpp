// An object store in memory, with what a real one promises: whole objects, verified. It fails, cuts and spoils as a
// test says.
#pragma once

#include "io/formats/base64.hpp"
#include "io/formats/digest.hpp"
#include "ports/object_store.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace forager::test {

class MemoryStore final : public ObjectStore {
public:
    std::map<std::string, std::string> objects; ///< by key
    std::map<std::string, std::size_t> calls;   ///< how many, by name: "put_file"
    std::vector<UnfinishedUpload> uploads;
    std::size_t page_size = 2;                   ///< objects of a listing
    std::size_t piece = 1000;                    ///< bytes of a stream at once
    std::map<std::string, Failure> failures;     ///< of calls, by their names
    std::optional<std::size_t> cut_after;        ///< bytes of a stream upwards, then it fails
    std::function<void(std::string&)> on_stored; ///< may spoil what is kept
    /// Asked before each call, by its name and the key; a failure is the call's.
    std::function<std::optional<Failure>(std::string_view call, const std::string& key)> fails;

    std::string place() const override { return "memory/bucket"; }

    Result<ObjectStore*> bucket(std::string_view) override { return this; }

    boost::asio::awaitable<Result<void>> make_bucket() override
    {
        if (auto failure = begin("make_bucket", ""))
            co_return std::move(*failure);
        co_return Result<void>{};
    }

    boost::asio::awaitable<Result<StoredObject>> put(std::string key, std::string bytes, PutOptions options) override
    {
        if (auto failure = begin("put", key))
            co_return std::move(*failure);
        co_return keep(key, std::move(bytes), options);
    }

    boost::asio::awaitable<Result<StoredObject>> put_stream(std::string key, ByteSource& bytes,
                                                            PutOptions options) override
    {
        if (auto failure = begin("put_stream", key))
            co_return std::move(*failure);
        std::string all;
        while (true) {
            auto part = co_await bytes.read(piece);
            if (part.has_error())
                co_return std::move(part).error();
            if (part->empty())
                co_return keep(key, std::move(all), options);
            all += *part;
            if (cut_after && all.size() > *cut_after)
                co_return Failure{Errc::unreachable, "the store cut the connection"};
        }
    }

    boost::asio::awaitable<Result<StoredObject>> put_file(std::string key, std::string path,
                                                          PutOptions options) override
    {
        if (auto failure = begin("put_file", key))
            co_return std::move(*failure);
        std::ifstream file{path, std::ios::binary};
        std::string all{std::istreambuf_iterator<char>{file}, {}};
        co_return keep(key, std::move(all), options);
    }

    boost::asio::awaitable<Result<StoredObject>> get_stream(std::string key, ByteSink& sink,
                                                            GetOptions options) override
    {
        auto found = look("get_stream", key, options);
        if (found.has_error())
            co_return std::move(found).error();
        const std::string all = objects.at(key);
        for (std::size_t done = 0; done < all.size(); done += piece)
            if (auto taken = co_await sink.write(all.substr(done, piece)); taken.has_error())
                co_return std::move(taken).error();
        co_return found;
    }

    boost::asio::awaitable<Result<StoredObject>> get_file(std::string key, std::string path,
                                                          GetOptions options) override
    {
        auto found = look("get_file", key, options);
        if (found.has_value())
            std::ofstream{path, std::ios::binary} << objects.at(key);
        co_return found;
    }

    boost::asio::awaitable<Result<StoredObject>> head(std::string key) override { co_return look("head", key, {}); }

    boost::asio::awaitable<Result<ObjectPage>> list(std::string prefix, std::string next, std::string) override
    {
        if (auto failure = begin("list", prefix))
            co_return std::move(*failure);
        ObjectPage page;
        for (auto one = objects.lower_bound(std::max(prefix, next)); one != objects.end(); ++one) {
            if (!one->first.starts_with(prefix))
                break;
            if (page.objects.size() == page_size) {
                page.next = one->first;
                break;
            }
            page.objects.push_back(stored(one->first));
            page.objects.back().sha256.clear(); // as in real listings
        }
        co_return page;
    }

    boost::asio::awaitable<Result<void>> remove(std::string key) override
    {
        if (auto failure = begin("remove", key))
            co_return std::move(*failure);
        objects.erase(key);
        co_return Result<void>{};
    }

    boost::asio::awaitable<Result<void>> remove_all(std::vector<std::string> keys) override
    {
        for (const std::string& key : keys)
            objects.erase(key);
        co_return Result<void>{};
    }

    boost::asio::awaitable<Result<StoredObject>> copy(std::string from, std::string to) override
    {
        objects[to] = objects.at(from);
        co_return stored(to);
    }

    Result<std::string> presign(std::string_view, std::string_view key, Duration) override { return std::string{key}; }

    boost::asio::awaitable<Result<std::vector<UnfinishedUpload>>> unfinished(std::string prefix) override
    {
        if (auto failure = begin("unfinished", prefix))
            co_return std::move(*failure);
        std::vector<UnfinishedUpload> found;
        std::ranges::copy_if(uploads, std::back_inserter(found),
                             [&](const UnfinishedUpload& one) { return one.key.starts_with(prefix); });
        co_return found;
    }

    boost::asio::awaitable<Result<void>> abandon(UnfinishedUpload upload) override
    {
        std::erase_if(uploads, [&](const UnfinishedUpload& one) { return one.id == upload.id; });
        co_return Result<void>{};
    }

private:
    std::optional<Failure> begin(std::string_view call, const std::string& key)
    {
        ++calls[std::string{call}];
        if (const auto failure = failures.find(std::string{call}); failure != failures.end())
            return failure->second;
        return fails ? fails(call, key) : std::nullopt;
    }

    // What it was told when it was put; of what a test has put itself, what it is.
    StoredObject stored(const std::string& key) const
    {
        StoredObject object;
        object.key = key;
        object.size = objects.at(key).size();
        const auto told = sums_.find(key);
        object.sha256 = told != sums_.end() ? told->second : to_hex(digest(Digest::sha256, objects.at(key)));
        return object;
    }

    Result<StoredObject> keep(const std::string& key, std::string bytes, const PutOptions& options)
    {
        const std::string sum = to_hex(digest(Digest::sha256, bytes));
        if (!options.sha256.empty() && options.sha256 != sum)
            return Failure{Errc::refused, "the content of '" + key + "' is another one"};
        if (options.progress)
            options.progress(bytes.size(), bytes.size());
        if (on_stored)
            on_stored(bytes);
        objects[key] = std::move(bytes);
        sums_[key] = sum;
        return stored(key);
    }

    Result<StoredObject> look(std::string_view call, const std::string& key, const GetOptions& options)
    {
        if (auto failure = begin(call, key))
            return std::move(*failure);
        const auto found = objects.find(key);
        if (found == objects.end())
            return Failure{Errc::not_found, "there is no object '" + key + "'"};
        if (!options.sha256.empty() && options.sha256 != to_hex(digest(Digest::sha256, found->second)))
            return Failure{Errc::refused, "the object '" + key + "' does not fit its checksum"};
        return stored(key);
    }

    std::map<std::string, std::string> sums_; // by key
};

} // namespace forager::test
