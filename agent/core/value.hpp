// Data as it travels between sources, functions and scripts: what JSON can say, with integers kept apart from other
// numbers, text as plain bytes, and the members of an object in their order.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace forager {

class Value;
struct Member;

using Array = std::vector<Value>;

/// Members in the order in which they were added; a name stands once. Lookup is linear: objects are small.
class Object {
public:
    Object() noexcept;
    Object(std::initializer_list<Member> members);
    Object(const Object&);
    Object(Object&&) noexcept;
    Object& operator=(const Object&);
    Object& operator=(Object&&) noexcept;
    ~Object();

    const Value* find(std::string_view name) const;
    Value* find(std::string_view name);

    /// Replaces the member of this name, or adds it at the end.
    void set(std::string name, Value value);

    /// Adds a member without looking for one of the same name: for those who know that there is none.
    void append(std::string name, Value value);

    std::size_t size() const;
    bool empty() const;
    const Member* begin() const;
    const Member* end() const;
    Member* begin();
    Member* end();

    bool operator==(const Object&) const;

private:
    std::vector<Member> members_;
};

class Value {
public:
    Value() = default;
    Value(std::nullptr_t) {}
    Value(bool value) : data_{value} {}
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    Value(T value) : data_{static_cast<std::int64_t>(value)}
    {
    }
    Value(double value) : data_{value} {}
    Value(std::string value) : data_{std::move(value)} {}
    Value(std::string_view value) : data_{std::string{value}} {}
    Value(const char* value) : data_{std::string{value}} {}
    Value(Array value) : data_{std::move(value)} {}
    Value(Object value) : data_{std::move(value)} {}

    bool is_null() const { return std::holds_alternative<std::nullptr_t>(data_); }

    /// The content when it has this type, else a null pointer. Types: bool, std::int64_t, double, std::string, Array,
    /// Object.
    template <class T> const T* get() const { return std::get_if<T>(&data_); }
    template <class T> T* get() { return std::get_if<T>(&data_); }

    template <class Visitor> decltype(auto) visit(Visitor&& visitor) const
    {
        return std::visit(std::forward<Visitor>(visitor), data_);
    }

    /// The type's name as scripts use it: null, boolean, integer, number, string, list, table.
    std::string_view type_name() const;

    bool operator==(const Value&) const = default;

private:
    std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> data_{nullptr};
};

struct Member {
    std::string name;
    Value value;
    bool operator==(const Member&) const = default;
};

/// The member's content when it has this type, else an empty one.
template <class T> T part(const Object& object, std::string_view name)
{
    const Value* value = object.find(name);
    const auto* content = value == nullptr ? nullptr : value->get<T>();
    return content == nullptr ? T{} : *content;
}

} // namespace forager
