// Which requests an HTTP hook is for: a method, and a path whose segments are words or "{name}". Pure; used by scripts
// that declare one and by the source that serves them.
#pragma once

#include "core/failure.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace forager {

class HookRoute {
public:
    /// "POST /hooks/build" or "GET /jobs/{id}". Failures: bad_arguments, saying what is wrong; also for a path that the
    /// agent itself answers.
    static Result<HookRoute> parse(std::string_view text);

    /// What stands at the names, when a path of these segments is one of this route's.
    std::optional<Object> match(std::span<const std::string> path) const;

    const std::string& method() const { return method_; }

    /// Whether this one is meant where both fit: at the first segment in which they differ it has the word.
    bool goes_before(const HookRoute& other) const;

    /// Whether they answer the same requests.
    bool same_requests(const HookRoute& other) const;

    /// As it was written.
    std::string text() const;

private:
    HookRoute() = default;

    std::string method_;
    std::vector<std::string> segments_;
};

} // namespace forager
