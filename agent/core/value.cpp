#include "core/value.hpp"

#include <algorithm>
#include <array>

namespace forager {

Object::Object() noexcept = default;
Object::Object(std::initializer_list<Member> members) : members_(members) {}
Object::Object(const Object&) = default;
Object::Object(Object&&) noexcept = default;
Object& Object::operator=(const Object&) = default;
Object& Object::operator=(Object&&) noexcept = default;
Object::~Object() = default;

const Member* Object::begin() const
{
    return members_.data();
}

const Member* Object::end() const
{
    return members_.data() + members_.size();
}

Member* Object::begin()
{
    return members_.data();
}

Member* Object::end()
{
    return members_.data() + members_.size();
}

const Value* Object::find(std::string_view name) const
{
    const auto found = std::ranges::find(members_, name, &Member::name);
    return found == members_.end() ? nullptr : &found->value;
}

Value* Object::find(std::string_view name)
{
    const auto found = std::ranges::find(members_, name, &Member::name);
    return found == members_.end() ? nullptr : &found->value;
}

void Object::set(std::string name, Value value)
{
    if (Value* present = find(name))
        *present = std::move(value);
    else
        append(std::move(name), std::move(value));
}

void Object::append(std::string name, Value value)
{
    members_.push_back({std::move(name), std::move(value)});
}

std::size_t Object::size() const
{
    return members_.size();
}

bool Object::empty() const
{
    return members_.empty();
}

bool Object::operator==(const Object& other) const
{
    return members_ == other.members_;
}

std::string_view Value::type_name() const
{
    constexpr std::array<std::string_view, 7> names = {"null",   "boolean", "integer", "number",
                                                       "string", "list",    "table"};
    return names[data_.index()];
}

} // namespace forager
