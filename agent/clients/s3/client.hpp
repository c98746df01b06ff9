// The way to one store that speaks S3: signs what is asked, sends it, tries again what may pass, and makes failures of
// refusals. Buckets (bucket.hpp) share one. On the strand; the pool, the clock and chance must outlive it.
#pragma once

#include "base/time.hpp"
#include "clients/s3/endpoint.hpp"
#include "clients/s3/refusal.hpp"
#include "clients/s3/signature.hpp"
#include "core/failure.hpp"
#include "io/http/client.hpp"
#include "io/pool.hpp"
#include "ports/clock.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace forager::s3 {

/// One question to the store.
struct Ask {
    std::string method = "GET";
    std::string bucket;
    std::string key; ///< empty: about the bucket
    Pairs query;
    http::Headers headers;                   ///< all are signed
    std::shared_ptr<const std::string> body; ///< null: none
    std::string sha256;                      ///< of the body, as hexadecimal digits; empty: found out
    std::optional<Duration> timeout;         ///< of one try; nothing: what a body of this size may take
    bool fails_late = false;                 ///< a refusal may come in the body of an answer that began well
    bool is_transfer = false;                ///< others depend on it: more tries
    bool only_once = false;                  ///< not to be asked again as long as it may be done still

    Ask(std::string method, std::string bucket, std::string key)
        : method{std::move(method)}, bucket{std::move(bucket)}, key{std::move(key)}
    {
    }
};

class Client {
public:
    struct Config {
        std::string endpoint; ///< as `Endpoint::parse` reads it
        std::string region;   ///< empty: us-east-1, or what the store says instead
        Credentials credentials;
        bool path_style = true;
        bool tls = false; ///< of an endpoint without a scheme
        http::TlsSettings trust;
        std::string folder; ///< where unfinished uploads of files are remembered; empty: nowhere
        std::size_t tries = 6;
        std::size_t transfer_tries = 10;              ///< of one part or range without any progress
        Duration patience = std::chrono::seconds{60}; ///< for the head of an answer, and for each piece of its body
        std::uint64_t part_size = std::uint64_t{8} * 1024 * 1024;  ///< of transfers in parts, as long as it suffices
        std::uint64_t in_flight = std::uint64_t{32} * 1024 * 1024; ///< bytes of an upload's parts that are on their way
        std::size_t ranges = 4;                                    ///< of a download, at once
        std::uint64_t copy_limit = std::uint64_t{5} * 1024 * 1024 * 1024; ///< what stores copy at once
        bool operator==(const Config&) const = default;
    };

    Client(BlockingPool& pool, Clock& clock, Random& random, Config config);
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// An answer that is no refusal. Failures: those of `refusal`, unreachable, timed_out, bad_arguments (the
    /// endpoint). Throws `operation_aborted` when cancelled.
    boost::asio::awaitable<Result<http::Response>> ask(Ask ask);

    /// The same with an answer that is read piece by piece.
    boost::asio::awaitable<Result<http::AnswerStream>> open(Ask ask);

    /// An address with which anybody may do this. Failures: bad_arguments.
    Result<std::string> presign(std::string_view method, std::string_view bucket, std::string_view key,
                                Duration lifetime);

    /// "ENDPOINT/BUCKET"
    std::string place(std::string_view bucket) const;

    const Config& config() const { return config_; }
    const std::string& region() const { return known_.region; }
    BlockingPool& pool() { return pool_; }
    Clock& clock() { return clock_; }
    Random& random() { return random_; }

private:
    /// What refusals taught.
    struct Knowledge {
        std::string region;
        Duration skew{}; // of the store's clock
        bool operator==(const Knowledge&) const = default;
    };

    template <class Answer>
    boost::asio::awaitable<Result<Answer>>
    repeatedly(Ask ask, boost::asio::awaitable<Result<Answer>> (Client::*way)(const Ask&));
    boost::asio::awaitable<Result<http::Response>> ask_once(const Ask& ask);
    boost::asio::awaitable<Result<http::AnswerStream>> open_once(const Ask& ask);
    boost::asio::awaitable<std::string> words_of(http::AnswerStream& stream);
    boost::asio::awaitable<void> hash(Ask& ask);
    http::Request request(const Ask& ask) const;
    Failure not_asked(const Ask& ask, Failure failure) const;
    Failure refused(const Ask& ask, const http::Response& answer, std::string_view body);
    void learn(const http::Response& answer, const ErrorWords& words);
    WallTime now() const { return clock_.wall() + known_.skew; }

    BlockingPool& pool_;
    Clock& clock_;
    Random& random_;
    Config config_;
    Result<Endpoint> endpoint_;
    Knowledge known_;
    http::Client http_;
};

} // namespace forager::s3
