// How documents are kept.
#include "core/reconcile/document.hpp"

namespace forager::reconcile {

namespace {

Object to_data(const Revision& revision)
{
    return {{"generation", revision.generation},
            {"spec", revision.spec},
            {"made", revision.made.time_since_epoch().count()},
            {"good", revision.good},
            {"failure", revision.failure},
            {"change", revision.change}};
}

Revision revision_from_data(const Object& data)
{
    Revision revision;
    revision.generation = part<std::int64_t>(data, "generation");
    revision.spec = part<Object>(data, "spec");
    revision.made = WallTime{Duration{part<std::int64_t>(data, "made")}};
    revision.good = part<bool>(data, "good");
    revision.failure = part<std::string>(data, "failure");
    revision.change = part<std::string>(data, "change");
    return revision;
}

Object to_data(const Key& key)
{
    return {{"origin", key.origin}, {"space", key.space}, {"kind", key.kind}, {"name", key.name}};
}

Key key_from_data(const Object& data)
{
    return {part<std::string>(data, "origin"), part<std::string>(data, "space"), part<std::string>(data, "kind"),
            part<std::string>(data, "name")};
}

std::vector<Revision> revisions_from_data(const Array& list)
{
    std::vector<Revision> revisions;
    for (const Value& item : list)
        if (const auto* data = item.get<Object>())
            revisions.push_back(revision_from_data(*data));
    return revisions;
}

} // namespace

Object to_data(const Document& document)
{
    Array revisions;
    for (const Revision& revision : document.revisions)
        revisions.emplace_back(to_data(revision));
    Object data{{"key", to_data(document.key)},      {"id", document.id},         {"given", document.given},
                {"revisions", std::move(revisions)}, {"forced", document.forced}, {"paused", document.paused},
                {"deleting", document.deleting},     {"status", document.status}};
    return data;
}

Result<Document> document_from_data(const Object& data)
{
    Document document;
    document.key = key_from_data(part<Object>(data, "key"));
    document.id = part<std::string>(data, "id");
    document.given = part<Object>(data, "given");
    document.revisions = revisions_from_data(part<Array>(data, "revisions"));
    document.forced = part<std::int64_t>(data, "forced");
    document.paused = part<bool>(data, "paused");
    document.deleting = part<bool>(data, "deleting");
    document.status = part<Object>(data, "status");
    if (document.key.kind.empty() || document.key.name.empty() || document.revisions.empty())
        return Failure{Errc::bad_arguments, "what is kept of a document has no kind, no name or no revisions"};
    return document;
}

} // namespace forager::reconcile
