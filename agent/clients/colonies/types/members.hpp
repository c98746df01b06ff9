// The two ways over a record's members: a reader and a writer. A record is described once, by a template
// `members(io, record)` that names each member, and both follow it; `name_of(record)` is for messages. Included by the
// sources of types/ only, which make the three functions of record.hpp from it.
#pragma once

#include "clients/colonies/record.hpp"
#include "clients/colonies/text.hpp"
#include "clients/colonies/types/states.hpp"
#include "clients/colonies/types/time.hpp"
#include "core/failure.hpp"
#include "core/value.hpp"

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace forager::colonies {

/// `T` is the record, or the record that is only read.
template <class T, class Record>
concept Is = std::same_as<std::remove_const_t<T>, Record>;

/// States and types, which travel as numbers up to `largest`.
template <class T>
concept Numbered = std::is_enum_v<T>;

constexpr ProcessState largest(ProcessState)
{
    return ProcessState::cancelled;
}

constexpr ExecutorState largest(ExecutorState)
{
    return ExecutorState::unregistered;
}

constexpr AttributeType largest(AttributeType)
{
    return AttributeType::env;
}

/// Records that an old server wrote as a text.
template <class T>
concept MadeOfText = requires(T& record, std::string text) { from_old_text(record, std::move(text)); };

/// Fills a record from a value. The first failure stays, and ends the work.
class Reader {
public:
    explicit Reader(std::string path) : path_{std::move(path)} {}

    bool failed() const { return failure_.has_value(); }
    Failure take_failure() { return *std::move(failure_); }

    /// The member when it is there and not null.
    template <class T> void operator()(std::string_view name, T& field)
    {
        visit(name, [&](const Value& value) { take(value, field); });
    }

    template <class T> void optional(std::string_view name, T& field) { (*this)(name, field); }

    /// Of an old server: one of them instead of a list.
    template <class T> void one_or_list(std::string_view name, std::vector<T>& field)
    {
        visit(name, [&](const Value& value) {
            if (value.get<Object>() == nullptr)
                return take(value, field);
            field.resize(1);
            take(value, field.front());
        });
    }

    /// Bytes, in base64.
    void bytes(std::string_view name, std::string& field);

    /// A record as JSON in a text.
    template <class T> void json(std::string_view name, T& field)
    {
        visit(name, [&](const Value& value) {
            const Value inner = parsed(value);
            if (!failed() && !inner.is_null())
                take(inner, field);
        });
    }

    void take(const Value& value, std::string& field);
    void take(const Value& value, std::int64_t& field);
    void take(const Value& value, double& field);
    void take(const Value& value, bool& field);
    void take(const Value& value, Array& field);
    void take(const Value& value, Object& field);
    void take(const Value& value, Value& field) { field = value; }
    void take(const Value& value, std::optional<WallTime>& field);

    template <Numbered T> void take(const Value& value, T& field)
    {
        std::int64_t number = 0;
        take(value, number);
        if (!failed() && (number < 0 || number > static_cast<std::int64_t>(largest(field))))
            return fail("is " + std::to_string(number) + ", which has no meaning");
        field = static_cast<T>(number);
    }

    template <class T> void take(const Value& value, std::optional<T>& field) { take(value, field.emplace()); }

    template <class T> void take(const Value& value, std::vector<T>& field)
    {
        const auto* list = value.get<Array>();
        if (list == nullptr)
            return wrong_type(value, "list");
        field.resize(list->size());
        for (std::size_t i = 0; i < list->size() && !failed(); ++i)
            within("[" + std::to_string(i) + "]", (*list)[i], field[i]);
    }

    template <class T> void take(const Value& value, std::map<std::string, T>& field)
    {
        const auto* object = value.get<Object>();
        if (object == nullptr)
            return wrong_type(value, "table");
        for (const auto& [name, item] : *object)
            within("." + name, item, field[name]);
    }

    template <class Record>
        requires requires(Reader& io, Record& record) { members(io, record); }
    void take(const Value& value, Record& record)
    {
        if constexpr (MadeOfText<Record>)
            if (const auto* text = value.get<std::string>())
                return from_old_text(record, *text);
        const auto* object = value.get<Object>();
        if (object == nullptr)
            return wrong_type(value, "table");
        const Object* outer = std::exchange(object_, object);
        members(*this, record);
        object_ = outer;
    }

private:
    template <class Work> void visit(std::string_view name, Work work)
    {
        const Value* value = failed() ? nullptr : object_->find(name);
        if (value == nullptr || value->is_null())
            return;
        const std::size_t length = path_.size();
        path_ += '.';
        path_ += name;
        work(*value);
        path_.resize(length);
    }

    template <class T> void within(const std::string& place, const Value& value, T& field)
    {
        if (failed() || value.is_null())
            return;
        const std::size_t length = path_.size();
        path_ += place;
        take(value, field);
        path_.resize(length);
    }

    Value parsed(const Value& value);
    void fail(const std::string& what);
    void wrong_type(const Value& value, std::string_view wanted);

    std::string path_;
    const Object* object_ = nullptr;
    std::optional<Failure> failure_;
};

/// Writes a record as the server takes it.
class Writer {
public:
    Object take() { return std::move(object_); }

    template <class T> void operator()(std::string_view name, const T& field)
    {
        object_.append(std::string{name}, value_of(field));
    }

    /// Left out when it is empty, zero or nothing.
    template <class T> void optional(std::string_view name, const T& field)
    {
        if (field != T{})
            (*this)(name, field);
    }

    template <class T> void one_or_list(std::string_view name, const std::vector<T>& field) { (*this)(name, field); }

    void bytes(std::string_view name, const std::string& field);

    template <class T> void json(std::string_view name, const T& field) { add_json(name, value_of(field)); }

    static Value value_of(const std::string& field) { return as_utf8(field); }
    static Value value_of(std::int64_t field) { return field; }
    static Value value_of(double field) { return field; }
    static Value value_of(bool field) { return field; }
    static Value value_of(const Array& field) { return field; }
    static Value value_of(const Object& field) { return field; }
    static Value value_of(const Value& field) { return field; }
    static Value value_of(const std::optional<WallTime>& field) { return time_text(field); }
    template <Numbered T> static Value value_of(T field) { return static_cast<std::int64_t>(field); }

    template <class T> static Value value_of(const std::optional<T>& field)
    {
        return field ? value_of(*field) : Value{};
    }

    template <class T> static Value value_of(const std::vector<T>& field)
    {
        Array list;
        list.reserve(field.size());
        for (const T& item : field)
            list.push_back(value_of(item));
        return list;
    }

    template <class T> static Value value_of(const std::map<std::string, T>& field)
    {
        Object object;
        for (const auto& [name, item] : field)
            object.append(as_utf8(name), value_of(item));
        return object;
    }

    template <class Record>
        requires requires(Writer& io, const Record& record) { members(io, record); }
    static Value value_of(const Record& record)
    {
        Writer writer;
        members(writer, record);
        return writer.take();
    }

private:
    void add_json(std::string_view name, const Value& value);

    Object object_;
};

template <class Record> Result<Record> read(const Value& value)
{
    Record record;
    Reader reader{std::string{name_of(record)}};
    reader.take(value, record);
    if (reader.failed())
        return reader.take_failure();
    return record;
}

template <class Record> Result<std::vector<Record>> read_list(const Value& value)
{
    std::vector<Record> records;
    Reader reader{std::string{name_of(Record{})}};
    if (!value.is_null())
        reader.take(value, records);
    if (reader.failed())
        return reader.take_failure();
    return records;
}

template <class Record> Object to_object(const Record& record)
{
    Writer writer;
    members(writer, record);
    return writer.take();
}

} // namespace forager::colonies
