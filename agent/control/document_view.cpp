#include "control/document_view.hpp"

#include "base/timestamp.hpp"
#include "core/reconcile/deployment.hpp"
#include "io/formats/json.hpp"

#include <cstdio>
#include <functional>
#include <utility>

namespace forager::control {

namespace {

using reconcile::Document;
using reconciling::Kept;

std::string runtime_of(const Object& document)
{
    const auto spec = part<Object>(document, "spec");
    if (const auto told = part<std::string>(spec, "runtime"); !told.empty())
        return told;
    if (part<std::string>(document, "kind") != reconcile::deployment_kind)
        return {};
    const auto deployment = reconcile::deployment_of(document, reconcile::Strictness::lenient);
    return deployment ? std::string{word(deployment->runtime)} : std::string{};
}

Value number_in(const Object& status, std::string_view name)
{
    const Value* value = status.find(name);
    return value == nullptr || value->get<std::int64_t>() == nullptr ? Value{} : *value;
}

// Why it is not as it should be: that it could not be looked at comes first.
std::string message_of(const Kept& kept)
{
    return kept.problem.empty() ? part<std::string>(kept.document.status, "message") : kept.problem;
}

Object revision_data(const reconcile::Revision& revision)
{
    Object data{{"generation", revision.generation},
                {"made", timestamp(revision.made)},
                {"change", revision.change},
                {"good", revision.good},
                {"spec", revision.spec}};
    if (!revision.failure.empty())
        data.append("failure", revision.failure);
    return data;
}

Object done_data(const reconciling::Done& done)
{
    return {{"at", timestamp(done.at)}, {"what", done.what}};
}

// The status without the times of looks, which change though nothing else does.
Object without_looks(const Object& status)
{
    Object rest;
    for (const Member& member : status) {
        if (member.name == "lastUpdated" || member.name == "lastCheck")
            continue;
        Value value = member.value;
        if (auto* list = value.get<Array>())
            for (Value& item : *list)
                if (const auto* inner = item.get<Object>())
                    item = without_looks(*inner);
        rest.append(member.name, std::move(value));
    }
    return rest;
}

std::string print_of(const Object& all, const Object& status)
{
    Object stable = all;
    stable.set("status", without_looks(status));
    char digits[17];
    std::snprintf(digits, sizeof digits, "%016zx", std::hash<std::string>{}(to_json(Value{std::move(stable)})));
    return digits;
}

} // namespace

Object summary_of(const Kept& kept)
{
    const Document& document = kept.document;
    const auto phase = part<std::string>(document.status, "phase");
    Object data{{"kind", document.key.kind}, {"name", document.key.name}};
    if (!document.key.origin.empty())
        data.append("origin", document.key.origin);
    if (!document.key.space.empty())
        data.append("space", document.key.space);
    data.append("id", document.id);
    data.append("generation", document.generation());
    data.append("created", timestamp(document.revisions.front().made));
    data.append("phase", document.deleting ? "Deleting" : phase.empty() ? "Pending" : phase);
    data.append("message", message_of(kept));
    data.append("runtime", runtime_of(effective_document(document)));
    data.append("replicas", number_in(document.status, "replicas"));
    data.append("ready", number_in(document.status, "ready"));
    data.append("paused", document.paused);
    data.append("deleting", document.deleting);
    data.append("has_failed", kept.has_failed || document.has_failed());
    if (document.has_failed())
        data.append("failed", document.generation());
    return data;
}

Object all_of(const Kept& kept)
{
    const Document& document = kept.document;
    Array revisions;
    for (const reconcile::Revision& revision : document.revisions)
        revisions.emplace_back(revision_data(revision));
    Array recent;
    for (const reconciling::Done& done : kept.recent)
        recent.emplace_back(done_data(done));
    Object data = summary_of(kept);
    data.append("effective", document.effective().generation);
    data.append("document", effective_document(document));
    data.append("status", document.status);
    data.append("revisions", std::move(revisions));
    data.append("recent", std::move(recent));
    data.append("print", print_of(data, document.status));
    return data;
}

} // namespace forager::control
