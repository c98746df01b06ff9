// Who the agent is to a colony: one executor, of which an agent may be several. Pure data.
#pragma once

#include "clients/colonies/key.hpp"
#include "core/offer.hpp"

#include <optional>
#include <string>

namespace forager::colony {

struct Identity {
    std::string colony;
    std::string name; ///< of the executor; where somebody else registered it and it is empty, it is found by the key
    Offer offer;
    colonies::PrivateKey key;
    std::optional<colonies::PrivateKey> owner; ///< of the colony: with it the executor registers itself
    std::string location;                      ///< of the colony's locations, the one where it is; empty: none
    bool pass_key = false;                     ///< commands see the executor's key in their environment
};

} // namespace forager::colony
