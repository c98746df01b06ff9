// One more in a count, as long as it lives.
#pragma once

#include <cstddef>

namespace forager {

class Counted {
public:
    /// `count` must outlive it.
    explicit Counted(std::size_t& count) : count_{count} { ++count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --count_; }

private:
    std::size_t& count_;
};

} // namespace forager
