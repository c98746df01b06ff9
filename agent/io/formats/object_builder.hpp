// Collects the members of one object for a parser and finds repeated names quickly, however many members there are.
#pragma once

#include "core/value.hpp"

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

namespace forager {

class ObjectBuilder {
public:
    /// The place of the member of this name: the present one (then `second` is false), else a new one at the end.
    std::pair<Value*, bool> place(std::string name)
    {
        if (Value* present = find(name))
            return {present, false};
        if (object_.size() >= few)
            index_name(name);
        object_.append(std::move(name), Value{});
        return {&(object_.end() - 1)->value, true};
    }

    bool has(const std::string& name) { return find(name) != nullptr; }

    Object take()
    {
        index_.clear();
        return std::exchange(object_, Object{});
    }

private:
    // Below this size looking at each name is the faster way.
    static constexpr std::size_t few = 16;

    Value* find(const std::string& name)
    {
        if (object_.size() <= few && index_.empty())
            return object_.find(name);
        const auto found = index_.find(name);
        return found == index_.end() ? nullptr : &object_.begin()[found->second].value;
    }

    void index_name(const std::string& name)
    {
        if (index_.empty())
            for (std::size_t i = 0; i < object_.size(); ++i)
                index_.emplace(object_.begin()[i].name, i);
        index_.emplace(name, object_.size());
    }

    Object object_;
    std::unordered_map<std::string, std::size_t> index_;
};

} // namespace forager
