// The part of the API that is about documents. They are named "KIND:NAME", or by their name alone where that is enough.
#include "control/api.hpp"

#include "control/document_view.hpp"
#include "control/submission.hpp"

#include <optional>
#include <utility>

namespace forager::control {

namespace asio = boost::asio;

namespace {

using reconcile::Document;
using reconciling::DocumentKeeper;
using reconciling::Kept;

constexpr const char* of_colony = "colony";

struct Named {
    std::string kind; ///< may be empty
    std::string name;
};

Named named_by(const std::string& id)
{
    const std::size_t end = id.find(':');
    return end == std::string::npos ? Named{"", id} : Named{id.substr(0, end), id.substr(end + 1)};
}

// The agent's own, else the colony's.
Result<Kept> found(const DocumentKeeper& keeper, const std::string& id)
{
    const Named named = named_by(id);
    auto own = keeper.find(named.kind, named.name);
    if (own || own.error().code != Errc::not_found)
        return own;
    auto other = keeper.find(named.kind, named.name, of_colony);
    return other ? other : own;
}

// One that may be changed here.
Result<reconcile::Key> own_key(const DocumentKeeper& keeper, const std::string& id)
{
    const auto kept = found(keeper, id);
    if (!kept)
        return kept.error();
    const reconcile::Key& key = kept->document.key;
    if (!key.origin.empty())
        return Failure{Errc::refused, to_text(key) + " comes from the colony: change it there, with --colony"};
    return key;
}

Api::Answer summary_answer(Result<Document> changed)
{
    if (changed.has_error())
        return changed.error();
    Kept kept;
    kept.document = std::move(*changed);
    return Value{summary_of(kept)};
}

// `get -o yaml` adds both to what somebody wrote.
Object without_ids(const Object& given)
{
    Object metadata;
    for (const Member& member : part<Object>(given, "metadata"))
        if (member.name != "generation" && member.name != "uid")
            metadata.append(member.name, member.value);
    Object rest = given;
    rest.set("metadata", std::move(metadata));
    return rest;
}

// As long as it waits for its turn, it is not known how it went.
std::string change_made(const std::optional<Document>& before, const Document& after, bool force)
{
    if (!before)
        return "created";
    if (before->generation() != after.generation() || without_ids(before->given) != without_ids(after.given))
        return "changed";
    if (before->has_failed() && !after.has_failed())
        return "tried again";
    return force ? "forced" : "unchanged";
}

// The document of this key that is there.
std::optional<Document> present(const DocumentKeeper& keeper, const Object& given)
{
    const auto key = reconcile::key_of(given, "");
    auto kept = key ? keeper.find(key->kind, key->name) : Result<Kept>{key.error()};
    if (kept.has_error() || kept->document.key != *key)
        return std::nullopt;
    return std::move(kept->document);
}

} // namespace

void Api::changed(const reconcile::Key& key)
{
    watchers_.tell(document_news(key), Watchers::News::end);
}

// Beside those of invocations.
std::string Api::document_news(const reconcile::Key& key)
{
    return "document " + key.origin + "/" + key.space + "/" + to_text(key);
}

asio::awaitable<Api::Answer> Api::list_documents(Call)
{
    Array list;
    for (const Kept& kept : parts_.documents.list())
        list.emplace_back(summary_of(kept));
    co_return Value{std::move(list)};
}

// Who has seen it is answered when it is another one.
asio::awaitable<Api::Answer> Api::show_document(Call call)
{
    const std::string* seen = call.request.parameter("seen");
    const auto first = found(parts_.documents, call.id);
    if (!first)
        co_return first.error();
    const reconcile::Key key = first->document.key;
    Watchers::Watcher watcher{watchers_, document_news(key), Watchers::News::end};
    for (;;) {
        const auto kept = parts_.documents.find(key.kind, key.name, key.origin);
        if (!kept)
            co_return kept.error();
        Object data = all_of(*kept);
        if (seen == nullptr || part<std::string>(data, "print") != *seen)
            co_return Value{std::move(data)};
        co_await watcher.news();
    }
}

asio::awaitable<Api::Answer> Api::apply_document(Call call)
{
    auto sent = document_in(call.request);
    if (!sent)
        co_return sent.error();
    const auto before = present(parts_.documents, sent->document);
    auto applied = co_await parts_.documents.apply(std::move(sent->document), "", sent->force);
    if (applied.has_error())
        co_return applied.error();
    changed(applied->key);
    Kept kept;
    kept.document = std::move(*applied);
    Object answer = summary_of(kept);
    answer.append("change", change_made(before, kept.document, sent->force));
    co_return Value{std::move(answer)};
}

asio::awaitable<Api::Answer> Api::check_document(Call call)
{
    const auto sent = document_in(call.request);
    if (!sent)
        co_return sent.error();
    const auto fine = parts_.documents.check(sent->document);
    co_return fine ? Answer{Value{}} : Answer{fine.error()};
}

asio::awaitable<Api::Answer> Api::diff_document(Call call)
{
    auto sent = document_in(call.request);
    if (!sent)
        co_return sent.error();
    auto diff = co_await parts_.documents.diff(std::move(sent->document), "");
    if (diff.has_error())
        co_return diff.error();
    co_return Value{std::move(*diff)};
}

asio::awaitable<Api::Answer> Api::delete_document(Call call)
{
    const auto key = own_key(parts_.documents, call.id);
    if (!key)
        co_return key.error();
    auto removed = co_await parts_.documents.remove(*key);
    changed(*key);
    co_return summary_answer(std::move(removed));
}

asio::awaitable<Api::Answer> Api::undo_document(Call call)
{
    const auto to = generation_in(call.request);
    if (!to)
        co_return to.error();
    const auto key = own_key(parts_.documents, call.id);
    if (!key)
        co_return key.error();
    auto undone = co_await parts_.documents.undo(*key, *to);
    changed(*key);
    co_return summary_answer(std::move(undone));
}

asio::awaitable<Api::Answer> Api::set_paused(std::string id, bool paused)
{
    const auto key = own_key(parts_.documents, id);
    if (!key)
        co_return key.error();
    auto document = co_await parts_.documents.pause(*key, paused);
    changed(*key);
    co_return summary_answer(std::move(document));
}

asio::awaitable<Api::Answer> Api::pause_document(Call call)
{
    return set_paused(std::move(call.id), true);
}

asio::awaitable<Api::Answer> Api::resume_document(Call call)
{
    return set_paused(std::move(call.id), false);
}

asio::awaitable<Api::Answer> Api::restart_document(Call call)
{
    const auto key = own_key(parts_.documents, call.id);
    if (!key)
        co_return key.error();
    auto document = co_await parts_.documents.restart(*key);
    changed(*key);
    co_return summary_answer(std::move(document));
}

asio::awaitable<Api::Answer> Api::reconcile_document(Call call)
{
    const auto kept = found(parts_.documents, call.id);
    if (!kept)
        co_return kept.error();
    auto status = co_await parts_.documents.reconcile_now(kept->document.key);
    if (status.has_error())
        co_return status.error();
    co_return Value{std::move(*status)};
}

asio::awaitable<Api::Answer> Api::forget_document(Call call)
{
    const auto key = own_key(parts_.documents, call.id);
    if (!key)
        co_return key.error();
    const auto forgotten = co_await parts_.documents.forget(*key);
    if (forgotten.has_error())
        co_return forgotten.error();
    changed(*key);
    co_return Value{};
}

} // namespace forager::control
