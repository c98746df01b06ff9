// Puts of one object, from wherever its bytes come. Used by the bucket, one for each put, on its strand; the client
// must outlive it.
#pragma once

#include "clients/s3/client.hpp"
#include "clients/s3/multipart.hpp"
#include "clients/s3/part_plan.hpp"
#include "clients/s3/upload_notes.hpp"
#include "core/failure.hpp"
#include "io/formats/digest.hpp"
#include "io/http/body_file.hpp"
#include "ports/object_store.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace forager::s3 {

class PartSource;

class Put {
public:
    Put(Client& client, UploadNotes& notes, std::string bucket, std::string key, PutOptions options);

    // Each once, as the port says.
    boost::asio::awaitable<Result<StoredObject>> bytes(std::string bytes);
    boost::asio::awaitable<Result<StoredObject>> stream(ByteSource& source);
    boost::asio::awaitable<Result<StoredObject>> file(std::string path);

private:
    boost::asio::awaitable<Result<StoredObject>> in_one(std::string bytes);
    boost::asio::awaitable<Result<StoredObject>> in_parts(PartSource& source, PartPlan plan, std::string first,
                                                          UploadNotes::Claim claim);
    boost::asio::awaitable<Result<StoredObject>> send_all(Multipart& upload, PartSource& source, PartPlan plan,
                                                          std::string first, UploadNotes::Claim& claim);
    boost::asio::awaitable<Result<StoredObject>> large_file(http::UploadFile file, std::string path);
    boost::asio::awaitable<Result<void>> begin(Multipart& upload, const PartPlan& plan, UploadNotes::Claim& claim);
    boost::asio::awaitable<Result<StoredObject>> send_parts(Multipart& upload, PartSource& source, PartPlan plan,
                                                            std::string first);
    boost::asio::awaitable<std::string> hash_part(const std::string& bytes);
    boost::asio::awaitable<Result<std::string>> hash_file(const http::UploadFile& file);
    Result<void> as_promised(const std::string& sha256) const;
    StoredObject stored(std::uint64_t size, std::string etag, std::string sha256) const;
    void hear_sent(std::uint64_t bytes);

    Client& client_;
    UploadNotes& notes_;
    std::string bucket_;
    std::string key_;
    PutOptions options_;
    http::Headers headers_;
    Digester whole_{Digest::sha256};
    std::uint64_t sent_ = 0;
    std::optional<std::uint64_t> size_; // where it is known
};

} // namespace forager::s3
