// What work writes while it runs, on its way to the logs of the colony's processes: several lines in one call, and
// never waited for by the work. Part of the colony source.
#pragma once

#include "sources/colony/desk.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace forager::colony {

class ProcessLog {
public:
    explicit ProcessLog(Desk& desk) : desk_{desk}, written_{desk.strand} {}

    /// One line of a process that this executor holds. Where the server is too slow, lines in the middle are left out,
    /// and it says how many.
    void add(const std::string& id, std::string_view line);

    /// Sends what there is, again and again. Until it is cancelled.
    boost::asio::awaitable<void> run();

    /// Sends all that a process has written, before its end is told.
    boost::asio::awaitable<void> flush(std::string id);

private:
    struct Lines {
        std::string head; ///< what is sent first
        std::string tail; ///< what came after the gap
        std::size_t lost = 0;
    };

    boost::asio::awaitable<Result<void>> send(std::string id);

    Desk& desk_;
    std::map<std::string, Lines, std::less<>> waiting_;
    Event written_;
};

} // namespace forager::colony
