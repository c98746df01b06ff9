#include "sources/broker/reply_text.hpp"

#include "io/formats/json.hpp"

#include <utility>

namespace forager {

namespace {

Object head(const Value& id, const char* status)
{
    Object reply;
    if (!id.is_null())
        reply.append("id", id);
    reply.append("status", status);
    return reply;
}

// What stands in each reply is not said again, whatever a peer has called so.
void add_rest(Object& reply, const Object& from)
{
    for (const Member& member : from)
        if (member.name != "stdout" && reply.find(member.name) == nullptr)
            reply.append(member.name, member.value);
}

Value member_or_null(const Object& object, std::string_view name)
{
    const Value* value = object.find(name);
    return value == nullptr ? Value{} : *value;
}

std::string success(const Value& id, const Object& result)
{
    Object reply = head(id, "ok");
    reply.append("output", member_or_null(result, "output"));
    reply.append("exit_code", member_or_null(result, "exit_code"));
    reply.append("error", nullptr);
    add_rest(reply, result);
    return to_json(Value{std::move(reply)});
}

std::string failed(const Value& id, const Failure& failure)
{
    Object reply = head(id, "error");
    reply.append("output", member_or_null(failure.details, "stdout"));
    reply.append("exit_code", member_or_null(failure.details, "exit_code"));
    reply.append("error", failure.message);
    reply.append("code", failure.code_word());
    add_rest(reply, failure.details);
    return to_json(Value{std::move(reply)});
}

// As upstream's monitors told it; who gave an id finds it behind what each reply has.
std::string event(const Value& id, Object event)
{
    if (id.is_null())
        return to_json(Value{std::move(event)});
    const Value output = member_or_null(event, "current_status");
    event.set("output", output);
    return success(id, event);
}

} // namespace

std::optional<std::string> reply_text(const Value& id, const Outcome& outcome)
{
    if (!outcome) {
        const Failure& failure = outcome.error();
        const auto* output = failure.code == Errc::exit ? failure.details.find("stdout") : nullptr;
        const auto* raw = output == nullptr ? nullptr : output->get<std::string>();
        return id.is_null() && raw != nullptr ? *raw : failed(id, failure);
    }
    if (outcome->empty())
        return std::nullopt;
    const auto* result = outcome->front().get<Object>();
    if (result == nullptr)
        return success(id, {{"output", outcome->front()}});
    const Value* output = result->find("output");
    if (output == nullptr)
        return event(id, *result);
    const auto* raw = output->get<std::string>();
    return id.is_null() && raw != nullptr ? *raw : success(id, *result);
}

} // namespace forager
