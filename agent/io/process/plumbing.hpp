// The pipes of a child: our ends go to whoever runs it, the child's are closed on our side when this goes. Used by the
// launcher, on the pool.
#pragma once

#include "io/process/launch.hpp"
#include "io/system_failure.hpp"

#include <array>

namespace forager {

class Plumbing {
public:
    /// Makes what the plan asks for. False: see `errno`.
    bool lay(const LaunchPlan& plan, Launched& launched);

    /// What shall become the child's descriptors 0 to 3; -1: none.
    std::array<int, 4> numbers(bool merge) const;

private:
    bool lay_input(const LaunchPlan& plan, Launched& launched);
    bool lay_link(Launched& launched);
    bool lay_output(std::size_t number, Descriptor& ours);

    std::array<Descriptor, 4> theirs_;
};

} // namespace forager
