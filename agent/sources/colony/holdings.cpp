#include "sources/colony/holdings.hpp"

#include <utility>

namespace forager::colony {

Held& Holdings::add(const std::string& id, Held held)
{
    remove(id);
    if (!held.outcome) {
        ++running_;
        held.share = shares_->take({held.lease.cpu, held.lease.memory});
    } else {
        finished_.push_back(id);
    }
    return all_.insert_or_assign(id, std::move(held)).first->second;
}

Held* Holdings::find(std::string_view id)
{
    const auto found = all_.find(id);
    return found == all_.end() ? nullptr : &found->second;
}

void Holdings::leave(const Held& held)
{
    if (held.outcome)
        return;
    --running_;
    shares_->give_back(held.share);
}

void Holdings::remove(std::string_view id)
{
    const auto found = all_.find(id);
    if (found == all_.end())
        return;
    leave(found->second);
    std::erase(finished_, id);
    all_.erase(found);
}

void Holdings::finish(const std::string& id, Outcome outcome)
{
    Held* held = find(id);
    if (held == nullptr)
        return;
    leave(*held);
    held->outcome = std::move(outcome);
    finished_.push_back(id);
}

std::optional<std::string> Holdings::take_finished()
{
    if (finished_.empty())
        return {};
    std::string id = std::move(finished_.front());
    finished_.pop_front();
    return id;
}

void Holdings::put_back(const std::string& id)
{
    if (const Held* held = find(id); held != nullptr && held->outcome)
        finished_.push_front(id);
}

} // namespace forager::colony
