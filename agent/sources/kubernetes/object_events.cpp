#include "sources/kubernetes/object_events.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace forager {

using kubernetes::Change;

namespace {

bool is_labelled(const Object& object, const ObjectHandler& handler)
{
    const auto labels = part<Object>(part<Object>(object, "metadata"), "labels");
    return std::ranges::all_of(handler.labels, [&](const auto& wanted) {
        const Value* label = labels.find(wanted.first);
        const auto* value = label == nullptr ? nullptr : label->template get<std::string>();
        return value != nullptr && (wanted.second.empty() || *value == wanted.second);
    });
}

// As one sees it who sees the objects with these labels alone: what gets them is added, and what loses them is deleted.
std::optional<Change> seen_by(const ObjectHandler& handler, const Change& change)
{
    const bool is = is_labelled(*change.object, handler);
    const bool was = change.before ? is_labelled(*change.before, handler) : is;
    if (!is && !was)
        return std::nullopt;
    if (is && was)
        return change;
    return is ? Change{Change::Type::added, change.object} : Change{Change::Type::deleted, change.before};
}

std::optional<Change> wanted_by(const ObjectHandler& handler, const Change& change)
{
    if (!handler.name.empty() && !matches_pattern(handler.name, kubernetes::name_of(*change.object)))
        return std::nullopt;
    auto seen = seen_by(handler, change);
    return seen && handler.type && *handler.type != seen->type ? std::nullopt : seen;
}

Submission submission_of(Invocation invocation, const Change& change)
{
    const std::string uid = kubernetes::uid_of(*change.object);
    Submission submission;
    submission.order_key = invocation.function + " " + uid;
    submission.idempotency_key = "k8s " + invocation.function + " " + uid + " " +
                                 std::string{kubernetes::word(change.type)} + " " +
                                 kubernetes::version_of(*change.object);
    submission.key_is_enough = true;
    submission.invocation = std::move(invocation);
    return submission;
}

} // namespace

Object object_of(const Change& change)
{
    return Object{{"type", kubernetes::word(change.type)},
                  {"name", kubernetes::name_of(*change.object)},
                  {"namespace", kubernetes::space_of(*change.object)},
                  {"object", *change.object}};
}

void deliver(const Change& change, const std::vector<ObjectHandler>& handlers, EventDelivery& delivery)
{
    for (const ObjectHandler& handler : handlers) {
        const auto wanted = wanted_by(handler, change);
        if (!wanted)
            continue;
        Invocation invocation;
        invocation.function = handler.function;
        invocation.source = "k8s";
        invocation.label = handler.event;
        invocation.args = {Value{object_of(*wanted)}};
        if (handler.durable)
            (void)delivery.put(submission_of(std::move(invocation), *wanted));
        else
            delivery.call(std::move(invocation));
    }
}

} // namespace forager
