// What the verbs for documents share: how a document is named, asked for, shown and waited for.
#pragma once

#include "base/time.hpp"
#include "cli/asking.hpp"
#include "cli/documents/reading.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forager::cli {

/// How long --wait and --watch have patience, by default.
inline constexpr Duration usual_wait = std::chrono::minutes{5};

/// Where the agent has "KIND/NAME" or "NAME".
std::string place_of(std::string_view what);

/// "ExecutorDeployment/web", as people name it.
std::string title_of(const Value& summary);

/// "ExecutorDeployment/web: Scaling, 2 of 3 ready: …".
std::string line_of(const Value& summary);

/// "2/3"; "-" where its status has no replicas.
std::string ready_text(const Value& summary);

/// A member that is a moment, as the time that has passed since; empty where there is none.
std::string age_text(const Value& object, std::string_view name);

/// What the agent says of a document that was written, with its place. Where it has to be written otherwise, the
/// failure is one of a declaration.
Failure told_of(const WrittenDocument& written, Failure failure);

/// How a document is on its way.
enum class Course {
    going,
    there, ///< as it is wanted, or left as it is by somebody's order
    failed ///< its change has failed
};
Course course_of(const Value& document);

/// What all waiting of one command may take together.
class TimeLimit {
public:
    explicit TimeLimit(Duration whole) : whole_{whole}, begun_{std::chrono::steady_clock::now()} {}

    Duration whole() const { return whole_; }
    Duration left() const { return whole_ - (std::chrono::steady_clock::now() - begun_); }

private:
    Duration whole_;
    std::chrono::steady_clock::time_point begun_;
};

/// Sees each new form of it.
using SeeDocument = std::function<void(const Value& document)>;

/// Waits until a document is there. Its last form. Failures: refused (its change has failed), timed_out, not_found.
boost::asio::awaitable<Result<Value>> arrived(control::Client& client, std::string what, TimeLimit limit,
                                              SeeDocument see);

/// Waits until a document is gone. Failures: timed_out.
boost::asio::awaitable<Result<void>> gone(control::Client& client, std::string what, TimeLimit limit, SeeDocument see);

/// Says on stderr how it is on its way, where that is something else than before.
SeeDocument telling_lines(const Common& common);

/// The flags --wait and --timeout.
struct Patience {
    bool wait = false;
    std::optional<std::chrono::nanoseconds> timeout;

    TimeLimit limit() const { return TimeLimit{timeout ? Duration{*timeout} : usual_wait}; }
};
void add_patience(CLI::App& command, Patience& patience, const char* until);

} // namespace forager::cli
