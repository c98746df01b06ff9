// How deep a walk may go. Part of the walker.
#pragma once

#include "scripting/analysis/walk/walker.hpp"

namespace forager::scripting {

class Walker::Depth {
public:
    /// More than Lua's own limit of 200, so that no valid file is given up.
    static constexpr int most = 250;

    explicit Depth(Walker& walker) : walker_{walker}
    {
        if (++walker_.depth_ > most)
            walker_.current_ = walker_.ahead_ = Token{};
    }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    ~Depth() { --walker_.depth_; }

private:
    Walker& walker_;
};

} // namespace forager::scripting
