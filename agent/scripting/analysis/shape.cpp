#include "scripting/analysis/shape.hpp"

#include <algorithm>

namespace forager::scripting {

namespace {

const Value* member(const Value& value, std::string_view name)
{
    const auto* object = value.get<Object>();
    return object == nullptr ? nullptr : object->find(name);
}

std::string text(const Value& value, std::string_view name)
{
    const Value* found = member(value, name);
    const auto* string = found == nullptr ? nullptr : found->get<std::string>();
    return string == nullptr ? std::string{} : *string;
}

// An empty table of Lua's is no object, and has no members either.
const Object& members(const Value* value)
{
    static const Object none;
    const auto* object = value == nullptr ? nullptr : value->get<Object>();
    return object == nullptr ? none : *object;
}

const Array& items(const Value* value)
{
    static const Array none;
    const auto* array = value == nullptr ? nullptr : value->get<Array>();
    return array == nullptr ? none : *array;
}

OptionTypes options(const Value* spec)
{
    OptionTypes types;
    for (const Member& option : members(spec))
        types.emplace(option.name, *option.value.get<std::string>());
    return types;
}

Shape shape(const Value& described)
{
    Shape made;
    made.title = made.what = text(described, "what");
    const Value* fields = member(described, "fields");
    made.table = fields != nullptr;
    const Value* open = member(described, "open");
    made.open = open != nullptr && *open == Value{true};
    for (const Member& field : members(fields))
        made.fields.emplace(field.name, shape(field.value));
    made.options = options(member(described, "options"));
    for (const Value& position : items(member(described, "positions")))
        made.positions.push_back(static_cast<std::size_t>(*position.get<std::int64_t>()));
    for (const Value& type : items(member(described, "arguments")))
        made.arguments.push_back(*type.get<std::string>());
    made.gives = text(described, "gives");
    return made;
}

Shape shape_of(const Value& description, std::string_view name)
{
    const Value* described = member(description, name);
    return described == nullptr ? Shape{} : shape(*described);
}

} // namespace

bool Shape::takes_options_at(std::size_t position) const
{
    return std::ranges::find(positions, position) != positions.end();
}

std::vector<std::string> Shape::names() const
{
    std::vector<std::string> all;
    for (const auto& [name, field] : fields)
        all.push_back(name);
    return all;
}

LibraryShape::LibraryShape(const Value& description)
    : globals{shape_of(description, "globals")}, forager{shape_of(description, "library")}
{
    forager.missing = Doubt::From::read;
    for (auto& [name, field] : forager.fields) {
        field.title = "forager." + name;
        field.missing = Doubt::From::value;
    }
    for (const Member& described : members(member(description, "objects"))) {
        Shape& object = objects.emplace(described.name, shape(described.value)).first->second;
        object.object = true;
    }
    for (const Member& described : members(member(description, "nested")))
        nested.emplace(described.name, options(member(described.value, "options")));
    wishes = options(member(description, "wishes"));
}

const Shape* LibraryShape::object(std::string_view name) const
{
    const auto found = objects.find(name);
    return found == objects.end() ? nullptr : &found->second;
}

const OptionTypes* LibraryShape::nested_options(std::string_view what) const
{
    const auto found = nested.find(what);
    return found == nested.end() ? nullptr : &found->second;
}

std::string LibraryShape::wish(std::string_view types) const
{
    const auto found = wishes.find(types);
    return found == wishes.end() ? std::string{types} : found->second;
}

} // namespace forager::scripting
