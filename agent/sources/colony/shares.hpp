// What all executors of one agent hold of its machine together: the cores and the memory that lent work has asked for.
// Part of the colony source; on the strand.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace forager::colony {

/// Of the machine.
struct Share {
    std::int64_t cpu = 0;    ///< thousandths of a core
    std::int64_t memory = 0; ///< bytes
    bool operator==(const Share&) const = default;
};

class Shares {
public:
    class Listener {
    public:
        virtual void shares_changed() = 0;

    protected:
        ~Listener() = default;
    };

    /// Gives a number to return it with; 0 for a share of nothing, which counts nowhere.
    std::uint64_t take(Share wanted);
    void give_back(std::uint64_t number);

    /// By all.
    Share taken() const { return taken_; }

    /// Whether a machine has it beside all that was taken before it and is still held; the oldest has its turn always.
    /// 0 of the machine is as much as anybody asks for.
    bool has_turn(std::uint64_t number, Share machine) const;

    /// Hears of each change until it leaves.
    void listen(Listener& listener) { listeners_.push_back(&listener); }
    void leave(const Listener& listener) { std::erase(listeners_, &listener); }

private:
    void tell() const;

    std::map<std::uint64_t, Share> all_;
    Share taken_;
    std::uint64_t last_ = 0;
    std::vector<Listener*> listeners_;
};

} // namespace forager::colony
