#include "primitives/docker/slots.hpp"

#include <algorithm>
#include <memory>

namespace forager::docker_work {

namespace {

constexpr const char* ticket_label = "forager.ticket";

bool has_ended(const Object& container)
{
    const auto state = part<std::string>(container, "State");
    return state == "exited" || state == "dead";
}

} // namespace

Slot Slots::begin(const std::string& policy)
{
    Slot slot;
    slot.number_ = ++begun_;
    slot.policy_ = policy;
    const std::string ticket = owner_ + " " + std::to_string(slot.number_);
    slot.labels_ = {{std::string{policy_label}, policy}, {ticket_label, ticket}};
    making_->emplace(slot.number_, Making{policy, ticket});
    slot.place_ =
        std::shared_ptr<void>{nullptr, [making = making_, number = slot.number_](void*) { making->erase(number); }};
    return slot;
}

std::size_t Slots::others(const Slot& slot, const Array& present) const
{
    std::size_t count = 0;
    for (const auto& [number, making] : *making_)
        count += making.policy == slot.policy_ && number < slot.number_ ? 1 : 0;
    const auto is_being_made = [&](const std::string& ticket) {
        return std::ranges::any_of(*making_, [&](const auto& entry) { return entry.second.ticket == ticket; });
    };
    for (const Value& entry : present) {
        const auto* container = entry.get<Object>();
        if (container == nullptr || has_ended(*container))
            continue;
        count += is_being_made(part<std::string>(part<Object>(*container, "Labels"), ticket_label)) ? 0 : 1;
    }
    return count;
}

} // namespace forager::docker_work
