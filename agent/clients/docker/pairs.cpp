#include "clients/docker/pairs.hpp"

#include "io/formats/json.hpp"

namespace forager::docker {

Object object_of(const Pairs& pairs)
{
    Object object;
    for (const auto& [name, value] : pairs)
        object.set(name, value);
    return object;
}

Array assignments_of(const Pairs& pairs)
{
    Array list;
    for (const auto& [name, value] : pairs)
        list.emplace_back(name + "=" + value);
    return list;
}

std::string filters_of(const Pairs& labels, Object more)
{
    Array wanted;
    for (const auto& [name, value] : labels)
        wanted.emplace_back(value.empty() ? name : name + "=" + value);
    if (!wanted.empty())
        more.append("label", std::move(wanted));
    return more.empty() ? "" : to_json(more);
}

} // namespace forager::docker
