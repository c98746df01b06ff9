// One bucket of a store that speaks S3, as functions see it. On the strand; the client must outlive it.
#pragma once

#include "clients/s3/client.hpp"
#include "clients/s3/upload_notes.hpp"
#include "ports/object_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace forager::s3 {

class Bucket final : public ObjectStore {
public:
    Bucket(Client& client, std::string name);

    std::string place() const override;
    Result<ObjectStore*> bucket(std::string_view name) override;
    boost::asio::awaitable<Result<void>> make_bucket() override;
    boost::asio::awaitable<Result<StoredObject>> put(std::string key, std::string bytes, PutOptions options) override;
    boost::asio::awaitable<Result<StoredObject>> put_stream(std::string key, ByteSource& bytes,
                                                            PutOptions options) override;
    boost::asio::awaitable<Result<StoredObject>> put_file(std::string key, std::string path,
                                                          PutOptions options) override;
    boost::asio::awaitable<Result<StoredObject>> get_stream(std::string key, ByteSink& sink,
                                                            GetOptions options) override;
    boost::asio::awaitable<Result<StoredObject>> get_file(std::string key, std::string path,
                                                          GetOptions options) override;
    boost::asio::awaitable<Result<StoredObject>> head(std::string key) override;
    boost::asio::awaitable<Result<ObjectPage>> list(std::string prefix, std::string next,
                                                    std::string delimiter) override;
    boost::asio::awaitable<Result<void>> remove(std::string key) override;
    boost::asio::awaitable<Result<void>> remove_all(std::vector<std::string> keys) override;
    boost::asio::awaitable<Result<StoredObject>> copy(std::string from, std::string to) override;
    Result<std::string> presign(std::string_view method, std::string_view key, Duration lifetime) override;
    boost::asio::awaitable<Result<std::vector<UnfinishedUpload>>> unfinished(std::string prefix) override;
    boost::asio::awaitable<Result<void>> abandon(UnfinishedUpload upload) override;

private:
    boost::asio::awaitable<Result<void>> remove_some(std::vector<std::string> keys);

    Client& client_;
    std::string name_;
    UploadNotes notes_;
    std::map<std::string, std::unique_ptr<Bucket>, std::less<>> others_;
};

} // namespace forager::s3
