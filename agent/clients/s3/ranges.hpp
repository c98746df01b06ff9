// The ranges of a large object that are not there yet, several at once. Used by gets, one for each, on their strand.
// The owner's last word is `run`.
#pragma once

#include "clients/s3/client.hpp"
#include "clients/s3/partial_file.hpp"
#include "core/failure.hpp"
#include "io/event.hpp"
#include "io/http/client.hpp"
#include "io/process/crew.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace forager::s3 {

class Ranges {
public:
    struct Object {
        std::string bucket;
        std::string key;
        std::string etag;
        std::uint64_t size = 0;
        std::uint64_t range = 1; ///< bytes of each but the last

        Object() = default;
    };

    Ranges(Client& client, PartialFile& file, Object object, boost::asio::any_io_executor executor,
           std::function<void(std::uint64_t)> hear_bytes);

    /// Returns when all are there, or when one has failed and none is on its way any more. `opened` gives the first
    /// one; `at_once`: how many.
    boost::asio::awaitable<Result<void>> run(http::AnswerStream opened, std::size_t at_once);

private:
    boost::asio::awaitable<void> work(std::optional<http::AnswerStream> opened);
    boost::asio::awaitable<Result<void>> fetch(std::size_t index, std::optional<http::AnswerStream> opened);
    boost::asio::awaitable<Result<void>> all_ended();

    Client& client_;
    PartialFile& file_;
    Object object_;
    std::function<void(std::uint64_t)> hear_bytes_;
    std::size_t next_ = 0;
    std::size_t working_ = 0;
    std::optional<Failure> failure_;
    Event moved_; // one of them has ended
    Crew crew_;
};

} // namespace forager::s3
