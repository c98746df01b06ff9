#include "scripting/analysis/walk/scopes.hpp"

#include <utility>

namespace forager::scripting {

std::size_t Scopes::declare(std::string_view name)
{
    locals_[name].push_back({next_, {}});
    declared_.push_back(name);
    return next_++;
}

void Scopes::know(Known known)
{
    locals_[declared_.back()].back().known = std::move(known);
}

const Local* Scopes::find(std::string_view name) const
{
    const auto found = locals_.find(name);
    return found == locals_.end() || found->second.empty() ? nullptr : &found->second.back();
}

void Scopes::close(std::size_t begin)
{
    for (; declared_.size() > begin; declared_.pop_back())
        locals_[declared_.back()].pop_back();
}

} // namespace forager::scripting
