#include "core/reconcile/document.hpp"

#include "base/ids.hpp"
#include "base/text.hpp"
#include "core/reconcile/fields.hpp"

#include <algorithm>

namespace forager::reconcile {

namespace {

constexpr std::size_t longest_name = 40;
constexpr std::size_t longest_kind = 63;
constexpr std::size_t longest_space = 100;
constexpr std::size_t longest_id = 63;

bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_word(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

bool is_name(std::string_view text, std::size_t longest)
{
    const auto fits = [](char c) { return is_word(c) || c == '-' || c == '_' || c == '.'; };
    return !text.empty() && text.size() <= longest && is_word(text.front()) && std::ranges::all_of(text, fits);
}

std::string kind_in(const Fields& top)
{
    std::string kind = top.text("kind").value_or("");
    if (top.find("kind") == nullptr)
        top.refuse("kind", "is missing");
    else if (kind.empty() || kind.size() > longest_kind || !is_letter(kind.front()) ||
             !std::ranges::all_of(kind, is_word))
        top.refuse("kind", "must be letters and digits, at most 63, a letter first");
    return kind;
}

std::string name_in(const Fields& metadata)
{
    std::string name = metadata.text("name").value_or("");
    if (metadata.find("name") == nullptr)
        metadata.refuse("name", "is missing");
    else if (!is_name(name, longest_name))
        metadata.refuse("name", "must be 1 to 40 letters, digits, '-', '_' and '.', a letter or digit first");
    return name;
}

std::string space_in(const Fields& metadata)
{
    const std::string_view member = metadata.find("namespace") == nullptr ? "colonyname" : "namespace";
    std::string space = metadata.text(member).value_or("");
    if (space.size() > longest_space || printable(space) != space || space.find('\n') != std::string::npos)
        metadata.refuse(member, "must be at most 100 printable characters");
    return space;
}

const Object& spec_of(const Object& document)
{
    static const Object nothing;
    const Value* spec = document.find("spec");
    const auto* members = spec == nullptr ? nullptr : spec->get<Object>();
    return members == nullptr ? nothing : *members;
}

// Servers give members in another order than they got them, and may write 3.0 as 3.
bool is_same(const Value& one, const Value& other);

bool are_same(const Array& one, const Array& other)
{
    return std::ranges::equal(one, other, is_same);
}

bool are_same(const Object& one, const Object& other)
{
    return one.size() == other.size() && std::ranges::all_of(one, [&](const Member& member) {
               const Value* value = other.find(member.name);
               return value != nullptr && is_same(member.value, *value);
           });
}

bool is_same(const Value& one, const Value& other)
{
    const auto* members = one.get<Object>();
    const auto* others = other.get<Object>();
    if (members != nullptr && others != nullptr)
        return are_same(*members, *others);
    const auto* list = one.get<Array>();
    const auto* other_list = other.get<Array>();
    if (list != nullptr && other_list != nullptr)
        return are_same(*list, *other_list);
    const auto number = whole_number(one);
    return one == other || (number && number == whole_number(other));
}

// Only what has been told by a server, which counts on its own.
std::int64_t told_generation(const Object& document, const Key& key)
{
    if (key.origin.empty())
        return 0;
    const auto metadata = part<Object>(document, "metadata");
    const Value* generation = metadata.find("generation");
    return generation == nullptr ? 0 : whole_number(*generation).value_or(0);
}

bool is_proven(const Revision& revision)
{
    return revision.good && revision.failure.empty();
}

// The last good one is what a change that fails goes back to.
void trim(std::vector<Revision>& revisions)
{
    while (revisions.size() > Document::most_revisions) {
        const auto last_good = std::find_if(revisions.rbegin(), revisions.rend(), is_proven);
        const bool is_first = last_good != revisions.rend() && &*last_good == &revisions.front();
        revisions.erase(revisions.begin() + (is_first ? 1 : 0));
    }
}

void add(Document& document, Revision revision)
{
    document.revisions.push_back(std::move(revision));
    trim(document.revisions);
}

Revision revision_of(std::int64_t generation, Object spec, WallTime made, std::string change)
{
    Revision revision;
    revision.generation = generation;
    revision.spec = std::move(spec);
    revision.made = made;
    revision.change = std::move(change);
    return revision;
}

Failure is_going(const Key& key)
{
    return {Errc::refused, to_text(key) + " is being deleted: wait until it is gone"};
}

// What a server writes of a document is no part of what is wanted.
Object without_status(const Object& given)
{
    Object kept;
    for (const Member& member : given)
        if (member.name != "status")
            kept.append(member.name, member.value);
    return kept;
}

Document first(Object given, Key key, std::string id, WallTime now)
{
    Document document;
    const auto generation = std::max<std::int64_t>(1, told_generation(given, key));
    document.key = std::move(key);
    document.id = std::move(id);
    document.revisions.push_back(revision_of(generation, spec_of(given), now, "applied"));
    document.given = std::move(given);
    return document;
}

Document next(Document document, Object given, std::string id, WallTime now)
{
    const std::int64_t told = told_generation(given, document.key);
    if (!are_same(document.revisions.back().spec, spec_of(given))) {
        add(document, revision_of(std::max(document.generation() + 1, told), spec_of(given), now, "applied"));
    } else if (told > document.generation() || document.key.origin.empty()) { // asked for once more
        document.revisions.back().generation = std::max(document.generation(), told);
        document.revisions.back().failure.clear();
    }
    document.given = std::move(given);
    document.id = std::move(id);
    return document;
}

bool says_id(const Object& document)
{
    return !part<std::string>(part<Object>(document, "metadata"), "uid").empty() ||
           !part<std::string>(document, "blueprintid").empty();
}

std::string generations_of(const Document& document)
{
    std::vector<std::string> generations;
    for (const Revision& revision : document.revisions)
        generations.push_back(std::to_string(revision.generation));
    return listed(generations);
}

Result<Revision> numbered(const Document& document, std::int64_t generation)
{
    const auto& revisions = document.revisions;
    const auto found = std::ranges::find(revisions, generation, &Revision::generation);
    if (found != revisions.end())
        return *found;
    return Failure{Errc::not_found, to_text(document.key) + " has no revision " + std::to_string(generation) +
                                        ", only " + generations_of(document)};
}

Result<Revision> before(const Document& document)
{
    const auto& revisions = document.revisions;
    const auto is_another = [&](const Revision& revision) {
        return revision.failure.empty() && !are_same(revision.spec, revisions.back().spec);
    };
    const auto found = std::find_if(revisions.rbegin() + 1, revisions.rend(), is_another);
    if (found != revisions.rend())
        return *found;
    return Failure{Errc::not_found, to_text(document.key) + " has no other form that has not failed; there is " +
                                        generations_of(document)};
}

} // namespace

const Revision& Document::effective() const
{
    if (!has_failed())
        return revisions.back();
    const auto good = std::find_if(revisions.rbegin() + 1, revisions.rend(), is_proven);
    return good == revisions.rend() ? revisions.back() : *good;
}

Result<Key> key_of(const Object& document, std::string origin)
{
    Reading reading;
    const Fields top{document, "", reading};
    Key key;
    key.origin = std::move(origin);
    key.kind = kind_in(top);
    if (const auto metadata = top.object("metadata")) {
        key.name = name_in(*metadata);
        key.space = space_in(*metadata);
    } else {
        top.refuse("metadata", "is missing: it has the name");
    }
    if (reading.failure)
        return *reading.failure;
    return key;
}

Result<std::string> id_of(const Object& document, const Key& key)
{
    Reading reading;
    const Fields top{document, "", reading};
    const auto metadata = top.object("metadata");
    const auto uid = metadata ? metadata->text("uid") : std::nullopt;
    const auto blueprint = top.text("blueprintid");
    const bool has_uid = uid && !uid->empty();
    const std::string id = has_uid ? *uid : blueprint.value_or("");
    if (!id.empty() && !is_name(id, longest_id))
        reading.refuse(has_uid ? "metadata.uid" : "blueprintid",
                       "must be at most 63 letters, digits, '-', '_' and '.', a letter or digit first");
    if (reading.failure)
        return *reading.failure;
    return id.empty() ? derived_id(key.kind + "/" + key.space, key.name) : id;
}

Result<Document> applied(const Document* before, Object given, std::string origin, WallTime now)
{
    auto key = key_of(given, std::move(origin));
    if (!key)
        return key.error();
    auto id = id_of(given, *key);
    if (!id)
        return id.error();
    const Value* spec = given.find("spec");
    if (spec != nullptr && spec->get<Object>() == nullptr && !spec->is_null())
        return mistake("spec", "must be an object, not " + kind_words(*spec));
    if (before == nullptr)
        return first(without_status(given), std::move(*key), std::move(*id), now);
    if (before->deleting)
        return is_going(before->key);
    return next(*before, without_status(given), says_id(given) ? std::move(*id) : before->id, now);
}

Result<Document> undone(Document document, std::optional<std::int64_t> generation, WallTime now)
{
    if (document.deleting)
        return is_going(document.key);
    auto old = generation ? numbered(document, *generation) : before(document);
    if (!old)
        return old.error();
    document.given.set("spec", old->spec);
    add(document, revision_of(document.generation() + 1, std::move(old->spec), now,
                              "undone to " + std::to_string(old->generation)));
    return document;
}

Object effective_document(const Document& document)
{
    const Revision& revision = document.effective();
    Object effective = document.given;
    effective.set("spec", revision.spec);
    auto metadata = part<Object>(effective, "metadata");
    metadata.set("generation", revision.generation);
    metadata.set("uid", document.id);
    effective.set("metadata", std::move(metadata));
    return effective;
}

} // namespace forager::reconcile
