// What work writes while it runs, on its way to the logs of the colony's processes: several lines in one call, and
// never waited for by the work. Part of the colony source.
#pragma once

#include "sources/colony/desk.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace forager::colony {

class ProcessLog {
public:
    explicit ProcessLog(Desk& desk) : desk_{desk}, written_{desk.strand}, answered_{desk.strand} {}

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

    void append(Lines& lines, std::string_view line);
    void restore(const std::string& id, Lines lines);
    Lines taken(const std::string& id);
    boost::asio::awaitable<void> last_words(std::string id);
    boost::asio::awaitable<Result<void>> send(std::string id);
    boost::asio::awaitable<Result<void>> tell(std::string id, std::string text);

    Desk& desk_;
    std::map<std::string, Lines, std::less<>> waiting_;
    std::set<std::string, std::less<>> sending_; // one call for each process at a time keeps the order
    std::size_t bytes_ = 0;                      // of all that wait
    Event written_;
    Event answered_; // what was being sent
};

} // namespace forager::colony
