#include "sources/colony/shares.hpp"

namespace forager::colony {

namespace {

bool fits(std::int64_t wanted, std::int64_t machine)
{
    return machine == 0 || wanted <= machine;
}

} // namespace

std::uint64_t Shares::take(Share wanted)
{
    if (wanted == Share{})
        return 0;
    all_.emplace(++last_, wanted);
    taken_.cpu += wanted.cpu;
    taken_.memory += wanted.memory;
    tell();
    return last_;
}

void Shares::give_back(std::uint64_t number)
{
    const auto found = all_.find(number);
    if (found == all_.end())
        return;
    taken_.cpu -= found->second.cpu;
    taken_.memory -= found->second.memory;
    all_.erase(found);
    tell();
}

bool Shares::has_turn(std::uint64_t number, Share machine) const
{
    const auto own = all_.find(number);
    if (own == all_.end() || own == all_.begin())
        return true;
    Share sum = own->second;
    for (auto one = all_.begin(); one != own; ++one) {
        sum.cpu += one->second.cpu;
        sum.memory += one->second.memory;
    }
    return (own->second.cpu == 0 || fits(sum.cpu, machine.cpu)) &&
           (own->second.memory == 0 || fits(sum.memory, machine.memory));
}

// A listener only notes it: none comes or goes here.
void Shares::tell() const
{
    for (Listener* listener : listeners_)
        listener->shares_changed();
}

} // namespace forager::colony
