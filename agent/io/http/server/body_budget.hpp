// How much memory the bodies of all requests may take together, however many clients there are. Used by the server's
// connections, on one strand.
#pragma once

#include <cstddef>

namespace forager::http {

struct BodyBudget {
    std::size_t limit; ///< bytes
    std::size_t used = 0;
};

/// One request's part of it, given back at the end.
class BodyShare {
public:
    explicit BodyShare(BodyBudget& budget) : budget_{budget} {}
    BodyShare(const BodyShare&) = delete;
    BodyShare& operator=(const BodyShare&) = delete;
    ~BodyShare() { budget_.used -= held_; }

    /// False when there is not so much left.
    bool grow_to(std::size_t bytes)
    {
        budget_.used += bytes - held_;
        held_ = bytes;
        return budget_.used <= budget_.limit;
    }

private:
    BodyBudget& budget_;
    std::size_t held_ = 0;
};

} // namespace forager::http
