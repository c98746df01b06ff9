// Gets of one object. Used by the bucket, one for each get, on its strand; the client must outlive it.
#pragma once

#include "clients/s3/client.hpp"
#include "clients/s3/content_check.hpp"
#include "clients/s3/object_head.hpp"
#include "clients/s3/partial_file.hpp"
#include "core/failure.hpp"
#include "io/http/client.hpp"
#include "ports/object_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace forager::s3 {

class Get {
public:
    Get(Client& client, std::string bucket, std::string key, GetOptions options);

    // Each once, as the port says.
    boost::asio::awaitable<Result<StoredObject>> stream(ByteSink& sink);
    boost::asio::awaitable<Result<StoredObject>> file(std::string path);

    /// What is known of it without the content.
    boost::asio::awaitable<Result<ObjectHead>> head();

private:
    boost::asio::awaitable<Result<http::AnswerStream>> open_first();
    boost::asio::awaitable<Result<http::AnswerStream>> open(std::string range);
    boost::asio::awaitable<Result<StoredObject>> short_file(http::AnswerStream opened, std::string path);
    boost::asio::awaitable<Result<StoredObject>> large_file(http::AnswerStream opened, std::string path);
    boost::asio::awaitable<Result<void>> fetch(PartialFile& file, http::AnswerStream opened);
    boost::asio::awaitable<Result<void>> start_again(PartialFile& file);
    boost::asio::awaitable<Result<std::string>> verify(const PartialFile& file);
    boost::asio::awaitable<Result<PartialFile>> partial_file(std::string path);
    boost::asio::awaitable<Result<void>> know_checksum();
    Failure changed() const;
    bool knows_checksum() const;
    void understand(const http::Response& answer);
    void hear(std::uint64_t bytes);
    StoredObject verified(std::string sha256) const;

    Client& client_;
    std::string bucket_;
    std::string key_;
    GetOptions options_;
    ObjectHead head_;         // its size is that of the whole
    bool has_ranges_ = false; // the store gives them
    std::uint64_t done_ = 0;
};

} // namespace forager::s3
