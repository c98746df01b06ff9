#include "sources/reconcile/document_keeper.hpp"

#include "base/text.hpp"
#include "core/reconcile/changes.hpp"

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <cctype>
#include <utility>

namespace forager::reconciling {

namespace asio = boost::asio;
using reconcile::Document;
using reconcile::Key;

namespace {

constexpr Duration proof = std::chrono::minutes{10};

// What is the same in two looks is no news: the times of the looks.
Object without_times(const Object& status)
{
    Object rest;
    for (const Member& member : status) {
        if (member.name == "lastUpdated" || member.name == "lastCheck")
            continue;
        Value value = member.value;
        if (auto* list = value.get<Array>())
            for (Value& item : *list)
                if (auto* object = item.get<Object>())
                    *object = without_times(*object);
        rest.append(member.name, std::move(value));
    }
    return rest;
}

Failure unknown(const std::string& kind, const std::string& name, std::vector<std::string> known)
{
    const std::string what = kind.empty() ? name : kind + "/" + name;
    const auto near = nearest(name, known);
    return {Errc::not_found, "there is no document " + what + (near ? ", did you mean '" + *near + "'?" : "") +
                                 ": 'forager get' lists what there is"};
}

bool same_word(std::string_view one, std::string_view other)
{
    return std::ranges::equal(one, other,
                              [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
}

// "executordeployment" and "executordeployments" for "ExecutorDeployment".
bool names_kind(const std::string& word, const std::string& kind)
{
    return word.empty() || same_word(word, kind) || same_word(word, kind + "s");
}

// As long as the form before stands, that is not what was asked for.
Object told_of(const Document& document, Object status)
{
    if (document.deleting || !document.has_failed() || document.effective().generation == document.generation())
        return status;
    status.set("phase", "Degraded");
    status.set("message", "the change to generation " + std::to_string(document.generation()) + " has failed, and " +
                              std::to_string(document.effective().generation) +
                              " is in use: " + document.revisions.back().failure);
    return status;
}

} // namespace

DocumentKeeper::DocumentKeeper(Parts parts)
    : parts_{std::move(parts)},
      loop_{{parts_.executor, parts_.clock, parts_.random, [this](Key key) { return turn(std::move(key)); },
             parts_.spawn}},
      turned_{parts_.executor}
{
}

asio::awaitable<Result<void>> DocumentKeeper::load()
{
    auto all = co_await parts_.documents.all();
    if (all.has_error())
        co_return all.error();
    for (Document& document : *all) {
        const Key key = document.key;
        documents_[key].document = std::move(document);
        loop_.touch(key);
    }
    co_return Result<void>{};
}

Result<void> DocumentKeeper::check(const Object& given) const
{
    if (const auto reconciler = checked(given, ""); !reconciler)
        return reconciler.error();
    return {};
}

// What a colony's server took may say what is not known here.
Result<Reconciler*> DocumentKeeper::checked(const Object& given, const std::string& origin) const
{
    const auto key = reconcile::key_of(given, origin);
    if (!key)
        return key.error();
    auto reconciler = parts_.reconciler_of(key->kind);
    if (!reconciler)
        return reconciler;
    if (const auto fine = (*reconciler)->check(given, !origin.empty()); !fine)
        return fine.error();
    return reconciler;
}

asio::awaitable<Result<Document>> DocumentKeeper::apply(Object given, std::string origin, bool force)
{
    const auto reconciler = checked(given, origin);
    if (!reconciler)
        co_return reconciler.error();
    const auto key = reconcile::key_of(given, origin);
    if (!key)
        co_return key.error();
    const auto before = documents_.find(*key);
    auto document = reconcile::applied(before == documents_.end() ? nullptr : &before->second.document,
                                       std::move(given), std::move(origin), parts_.clock.wall());
    if (document.has_error())
        co_return document.error();
    if (force)
        ++document->forced;
    auto kept = co_await keep(std::move(*document));
    co_return kept;
}

// Safe first, then acted upon.
asio::awaitable<Result<Document>> DocumentKeeper::keep(Document document)
{
    auto safe = co_await parts_.documents.keep(document);
    if (safe.has_error())
        co_return safe.error();
    Kept& kept = documents_[document.key];
    document.status = kept.document.status; // a pass may have ended meanwhile
    kept.document = document;
    loop_.touch(document.key, true);
    co_return document;
}

std::vector<Kept> DocumentKeeper::list() const
{
    std::vector<Kept> all;
    all.reserve(documents_.size());
    for (const auto& [key, kept] : documents_)
        all.push_back(kept);
    return all;
}

Result<Kept> DocumentKeeper::find(const std::string& kind, const std::string& name, const std::string& origin) const
{
    std::vector<std::string> known;
    const Kept* found = nullptr;
    for (const auto& [key, kept] : documents_) {
        if (key.origin != origin)
            continue;
        known.push_back(key.name);
        if (key.name != name || !names_kind(kind, key.kind))
            continue;
        if (found != nullptr)
            return Failure{Errc::bad_arguments, "'" + name + "' is more than one document: " +
                                                    to_text(found->document.key) + " and " + to_text(key)};
        found = &kept;
    }
    return found == nullptr ? Result<Kept>{unknown(kind, name, std::move(known))} : Result<Kept>{*found};
}

asio::awaitable<Result<Document>> DocumentKeeper::remove(Key key)
{
    const auto found = documents_.find(key);
    if (found == documents_.end())
        co_return unknown(key.kind, key.name, {});
    Document document = found->second.document;
    document.deleting = true;
    auto kept = co_await keep(std::move(document));
    co_return kept;
}

asio::awaitable<Result<Object>> DocumentKeeper::diff(Object given, std::string origin)
{
    const auto reconciler = checked(given, origin);
    if (!reconciler)
        co_return reconciler.error();
    const auto key = reconcile::key_of(given, origin);
    if (!key)
        co_return key.error();
    const auto before = documents_.find(*key);
    const Document* present = before == documents_.end() ? nullptr : &before->second.document;
    auto document = reconcile::applied(present, std::move(given), std::move(origin), parts_.clock.wall());
    if (document.has_error())
        co_return document.error();
    Array changes;
    if (present == nullptr)
        changes.emplace_back(Object{{"path", ""}, {"is", nullptr}, {"becomes", "a new document"}});
    else
        changes = reconcile::changes_between(Value{present->revisions.back().spec},
                                             Value{document->revisions.back().spec}, "spec");
    auto actions = co_await (*reconciler)->preview(std::move(*document));
    if (actions.has_error())
        co_return actions.error();
    co_return Object{{"changes", std::move(changes)}, {"actions", std::move(*actions)}};
}

asio::awaitable<Result<Document>> DocumentKeeper::undo(Key key, std::optional<std::int64_t> to)
{
    const auto found = documents_.find(key);
    if (found == documents_.end())
        co_return unknown(key.kind, key.name, {});
    auto document = reconcile::undone(found->second.document, to, parts_.clock.wall());
    if (document.has_error())
        co_return document.error();
    auto kept = co_await keep(std::move(*document));
    co_return kept;
}

asio::awaitable<Result<Document>> DocumentKeeper::pause(Key key, bool paused)
{
    const auto found = documents_.find(key);
    if (found == documents_.end())
        co_return unknown(key.kind, key.name, {});
    Document document = found->second.document;
    document.paused = paused;
    auto kept = co_await keep(std::move(document));
    co_return kept;
}

asio::awaitable<Result<Document>> DocumentKeeper::restart(Key key)
{
    const auto found = documents_.find(key);
    if (found == documents_.end())
        co_return unknown(key.kind, key.name, {});
    Document document = found->second.document;
    ++document.forced;
    auto kept = co_await keep(std::move(document));
    co_return kept;
}

asio::awaitable<Result<Object>> DocumentKeeper::reconcile_now(Key key)
{
    const auto found = documents_.find(key);
    if (found == documents_.end())
        co_return unknown(key.kind, key.name, {});
    const std::size_t turns = found->second.turns;
    loop_.touch(key, true);
    for (;;) {
        const auto present = documents_.find(key);
        if (present == documents_.end()) // its deletion is done
            co_return Object{{"phase", "Deleted"}};
        if (present->second.turns > turns) {
            if (!present->second.problem.empty())
                co_return Failure{Errc::refused, present->second.problem};
            co_return present->second.document.status;
        }
        co_await turned_.wait();
        co_await asio::this_coro::throw_if_cancelled(true);
    }
}

void DocumentKeeper::touch(const Key& key)
{
    const auto fits = [](const std::string& part, const std::string& of) { return part.empty() || part == of; };
    for (const auto& [known, kept] : documents_)
        if (fits(key.kind, known.kind) && fits(key.name, known.name) && fits(key.space, known.space))
            loop_.touch(known, key.kind.empty()); // what was away is there again: no pause is waited for
}

asio::awaitable<Result<void>> DocumentKeeper::forget(Key key)
{
    loop_.forget(key);
    documents_.erase(key);
    if (const auto reconciler = parts_.reconciler_of(key.kind))
        (*reconciler)->forget(key);
    auto forgotten = co_await parts_.documents.forget(std::move(key));
    co_return forgotten;
}

asio::awaitable<Result<std::optional<Duration>>> DocumentKeeper::turn(Key key)
{
    auto outcome = co_await take_turn(key);
    const auto found = documents_.find(key);
    if (found != documents_.end()) {
        ++found->second.turns;
        note_problem(found->second, outcome.has_error() ? outcome.error().message : "");
        found->second.failures = outcome.has_error() ? found->second.failures + 1 : 0;
        found->second.hopeless = outcome.has_error() && outcome.error().code == Errc::refused && !outcome.error().retry;
    }
    turned_.set();
    turned_.clear();
    co_return outcome;
}

asio::awaitable<Result<std::optional<Duration>>> DocumentKeeper::take_turn(Key key)
{
    const auto found = documents_.find(key);
    if (found == documents_.end())
        co_return std::optional<Duration>{};
    const auto reconciler = parts_.reconciler_of(key.kind);
    if (!reconciler)
        co_return reconciler.error();
    const Duration resync = (*reconciler)->resync(); // a script that is loaded again has another reconciler afterwards
    const Document document = found->second.document;
    auto pass = co_await (*reconciler)->pass(document);
    if (pass.has_error())
        co_return pass.error();
    for (const std::string& what : pass->done)
        parts_.inform(to_text(key) + ": " + what);
    for (const std::string& what : pass->noticed)
        parts_.warn(to_text(key) + ": " + what);
    const auto present = documents_.find(key);
    if (present == documents_.end())
        co_return std::optional<Duration>{};
    if (document.deleting && pass->gone) {
        auto forgotten = co_await parts_.documents.forget(key);
        if (forgotten.has_error())
            co_return forgotten.error();
        finish(key, *pass);
        co_return std::optional<Duration>{};
    }
    note_done(present->second, pass->done);
    take_pass(present->second, document, *pass);
    if (!pass->problem.empty())
        co_return Failure{Errc::refused, pass->problem};
    co_return std::optional{std::min(pass->look_again.value_or(resync), resync)};
}

// The last status of one that is gone is told, too.
void DocumentKeeper::finish(const Key& key, const ReconcilePass& pass)
{
    const auto found = documents_.find(key);
    if (found == documents_.end())
        return;
    Document document = std::move(found->second.document);
    document.status = pass.status;
    loop_.forget(key);
    documents_.erase(found);
    parts_.changed(document);
}

// The document may be another one by now: what is good or failed is the form that was looked at.
void DocumentKeeper::take_pass(Kept& kept, const Document& looked_at, const ReconcilePass& pass)
{
    Document& document = kept.document;
    const std::int64_t generation = looked_at.effective().generation;
    bool is_other = false;
    for (reconcile::Revision& revision : document.revisions)
        if (revision.generation == generation && pass.good && !revision.good)
            is_other = revision.good = true;
    // One that has been good for long is no failed change: what ails its replicas now an older one would not mend. In
    // the beginning those that die at once look good for a moment, too.
    const WallTime now = parts_.clock.wall();
    const bool is_proven = std::ranges::any_of(document.revisions, [&](const auto& one) {
        return one.good && one.generation == generation && now - one.made > proof;
    });
    const bool can_go_back =
        pass.can_be_taken_back && !is_proven && std::ranges::any_of(document.revisions, [&](const auto& one) {
            return one.good && one.failure.empty() && one.generation < generation;
        });
    if (!pass.failure.empty() && generation == document.generation() && can_go_back && !document.has_failed()) {
        document.revisions.back().failure = pass.failure;
        is_other = true;
        parts_.warn(to_text(document.key) + ": the change to generation " + std::to_string(generation) +
                    " has failed and is taken back to " + std::to_string(document.effective().generation) + ": " +
                    document.revisions.back().failure);
        loop_.touch(document.key, true);
    }
    kept.has_failed = !pass.failure.empty();
    const Object status = told_of(document, pass.status);
    const bool news = without_times(document.status) != without_times(status);
    document.status = status;
    if (news || is_other)
        parts_.documents.keep_soon(document);
    if (news)
        parts_.changed(document);
}

void DocumentKeeper::note_done(Kept& kept, const std::vector<std::string>& done) const
{
    for (const std::string& what : done) {
        Done one;
        one.at = parts_.clock.wall();
        one.what = what;
        kept.recent.push_back(std::move(one));
    }
    if (kept.recent.size() > Kept::most_recent)
        kept.recent.erase(kept.recent.begin(), kept.recent.end() - static_cast<std::ptrdiff_t>(Kept::most_recent));
}

void DocumentKeeper::note_problem(Kept& kept, const std::string& problem)
{
    if (kept.problem == problem)
        return;
    kept.problem = problem;
    if (problem.empty())
        return;
    parts_.warn(to_text(kept.document.key) + ": " + problem);
    Object& status = kept.document.status;
    if (status.find("name") == nullptr) // nobody has looked yet
        status = Object{{"name", kept.document.key.name}, {"kind", kept.document.key.kind}};
    status.set("phase", "Degraded");
    status.set("message", problem);
    parts_.changed(kept.document);
}

} // namespace forager::reconciling
