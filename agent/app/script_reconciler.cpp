#include "app/script_reconciler.hpp"

#include "io/event.hpp"
#include "ports/cancellation.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace forager {

namespace asio = boost::asio;
using reconcile::Document;
using reconcile::Key;

struct ScriptReconciler::State {
    Parts parts;
    std::map<Key, std::string> told; // why something was done in the last pass: the same again and again is no news

    explicit State(Parts given) : parts{std::move(given)} {}
};

namespace {

// A document that is not as it should be, though nothing went wrong, is looked at sooner than others.
constexpr Duration soon = std::chrono::seconds{5};

// What every status has; the script's own members stand behind.
constexpr std::string_view usual[] = {"name", "kind", "phase", "message", "generation", "observedGeneration", "forced"};

bool is_usual(std::string_view name)
{
    return std::ranges::find(usual, name) != std::end(usual);
}

std::int64_t whole(const Object& object, std::string_view name)
{
    return part<std::int64_t>(object, name);
}

struct Appearance {
    std::string phase;
    std::string message;
    std::int64_t observed = 0; // the generation that the world was made so by, last
    std::int64_t forced = 0;   // and how often somebody had asked for it then
};

Object status_of(const Document& document, Appearance appearance, const Object& own)
{
    Object status{{"name", document.key.name},
                  {"kind", document.key.kind},
                  {"phase", std::move(appearance.phase)},
                  {"message", std::move(appearance.message)},
                  {"generation", document.generation()},
                  {"observedGeneration", appearance.observed}};
    if (appearance.forced > 0)
        status.append("forced", appearance.forced);
    for (const Member& member : own)
        if (!is_usual(member.name))
            status.append(member.name, member.value);
    return status;
}

// As it was, but for its phase.
Object same_status(const Document& document, std::string phase, std::string message)
{
    return status_of(document,
                     {std::move(phase), std::move(message), whole(document.status, "observedGeneration"),
                      whole(document.status, "forced")},
                     document.status);
}

const char* mode_of(const Document& document)
{
    if (document.deleting)
        return "delete";
    return document.forced > whole(document.status, "forced") ? "force" : "apply";
}

Invocation call_of(const scripting::DeclaredReconciler& declared, const Document& document, const char* mode)
{
    Invocation invocation;
    invocation.function = declared.function;
    invocation.label = to_text(document.key);
    invocation.source = "reconcile";
    invocation.args = {Value{reconcile::effective_document(document)}, Value{mode}};
    return invocation;
}

// The library's function gives one table.
Object answer_of(Outputs outputs)
{
    const Value answer = as_one(std::move(outputs));
    const auto* table = answer.get<Object>();
    return table == nullptr ? Object{} : *table;
}

// A mistake of the script's own is looked for in its text.
std::string words_of(const Failure& failure)
{
    const bool has_place = failure.code == Errc::script && !failure.where.empty();
    return has_place ? failure.where + ": " + failure.message : failure.message;
}

ReconcilePass failed_pass(const Document& document, const Failure& failure)
{
    ReconcilePass pass;
    pass.problem = words_of(failure);
    pass.status = same_status(document, "Degraded", pass.problem);
    return pass;
}

ReconcilePass paused_pass(const Document& document)
{
    ReconcilePass pass;
    pass.status = same_status(document, "Paused", "somebody asked to leave it as it is");
    return pass;
}

// What was done, unless the pass before did it for the same reason: a script whose state never equals the spec decides
// by itself what is to be done.
std::vector<std::string> news(std::map<Key, std::string>& told, const Document& document, const Object& answer)
{
    const auto action = part<std::string>(answer, "action");
    if (action != "applied" && action != "deleted") {
        told.erase(document.key);
        return {};
    }
    std::string sentence = action + ": " + part<std::string>(answer, "reason");
    if (action == "deleted")
        told.erase(document.key);
    else if (std::exchange(told[document.key], sentence) == sentence)
        return {};
    return {std::move(sentence)};
}

ReconcilePass kept_pass(const Document& document, const Object& answer)
{
    ReconcilePass pass;
    const bool has_applied = part<std::string>(answer, "action") == "applied";
    const auto own = part<Object>(answer, "status");
    Appearance appearance{part<std::string>(own, "phase"), part<std::string>(own, "message"),
                          document.effective().generation, document.forced};
    if (appearance.phase.empty())
        appearance.phase = "Running";
    pass.good = appearance.phase == "Running";
    pass.status = status_of(document, std::move(appearance), has_applied ? own : document.status);
    if (!pass.good)
        pass.look_again = soon;
    return pass;
}

// A script may say with a phase of its own that something is left, to be asked again.
ReconcilePass deleted_pass(const Document& document, const Object& answer)
{
    ReconcilePass pass;
    const auto own = part<Object>(answer, "status");
    auto phase = part<std::string>(own, "phase");
    pass.gone = phase.empty() || phase == "Deleted";
    pass.status = status_of(document,
                            {pass.gone ? "Deleted" : std::move(phase), part<std::string>(own, "message"),
                             whole(document.status, "observedGeneration"), whole(document.status, "forced")},
                            own);
    if (!pass.gone)
        pass.look_again = soon;
    return pass;
}

} // namespace

ScriptReconciler::ScriptReconciler(Parts parts) : state_{std::make_shared<State>(std::move(parts))} {}

Result<void> ScriptReconciler::check(const Object& document, bool) const
{
    const auto checked = scripting::checked_document(state_->parts.declared, document);
    return checked ? Result<void>{} : Result<void>{checked.error()};
}

asio::awaitable<Result<ReconcilePass>> ScriptReconciler::pass(Document document)
{
    const auto state = state_;
    if (document.paused && !document.deleting)
        co_return paused_pass(document);
    const char* mode = mode_of(document);
    Outcome outcome = co_await state->parts.call(call_of(state->parts.declared, document, mode));
    if (outcome.has_error())
        co_return failed_pass(document, outcome.error());
    const Object answer = answer_of(std::move(*outcome));
    ReconcilePass pass = document.deleting ? deleted_pass(document, answer) : kept_pass(document, answer);
    pass.done = news(state->told, document, answer);
    co_return pass;
}

asio::awaitable<Result<Array>> ScriptReconciler::preview(Document document)
{
    const auto state = state_;
    if (document.deleting)
        co_return Array{
            Value{Object{{"action", "delete"}, {"name", document.key.name}, {"reason", "it is not wanted any more"}}}};
    Outcome outcome = co_await state->parts.call(call_of(state->parts.declared, document, "look"));
    if (outcome.has_error())
        co_return outcome.error();
    const Object answer = answer_of(std::move(*outcome));
    co_return Array{Value{Object{{"action", part<std::string>(answer, "action")},
                                 {"name", document.key.name},
                                 {"reason", part<std::string>(answer, "reason")}}}};
}

asio::awaitable<Failure> ScriptReconciler::watch(std::function<void(const Key& key)>)
{
    Event never{state_->parts.executor};
    co_await never.wait();
    throw_cancelled();
}

Duration ScriptReconciler::resync() const
{
    return state_->parts.declared.every;
}

} // namespace forager
