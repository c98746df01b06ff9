// How many containers a policy has that bounds their number: those that the engine lists, and those that are being
// made, which it may list already. On the strand.
#pragma once

#include "clients/docker/pairs.hpp"
#include "core/value.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace forager::docker_work {

inline constexpr std::string_view policy_label = "forager.policy";

/// One container that is being made, until this object goes. Empty: nobody counts.
class Slot {
public:
    Slot() = default;

    docker::Pairs labels() const { return labels_; }

private:
    friend class Slots;
    std::shared_ptr<void> place_;
    std::size_t number_ = 0;
    std::string policy_;
    docker::Pairs labels_;
};

class Slots {
public:
    /// `owner`: this run of the program, told apart from all others.
    explicit Slots(std::string owner) : owner_{std::move(owner)} {}

    Slot begin(const std::string& policy);

    /// How many there are besides this one: of those that are being made, the ones begun before it. `present` is the
    /// engine's list of the policy's containers; those that have ended do not count.
    std::size_t others(const Slot& slot, const Array& present) const;

private:
    struct Making {
        std::string policy;
        std::string ticket; ///< a label of the container
    };

    std::string owner_;
    std::shared_ptr<std::map<std::size_t, Making>> making_ = std::make_shared<std::map<std::size_t, Making>>();
    std::size_t begun_ = 0;
};

} // namespace forager::docker_work
