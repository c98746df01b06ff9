#include "functions/reconcile.hpp"

#include "functions/builtin_function.hpp"

#include <boost/asio/awaitable.hpp>

#include <array>
#include <utility>

namespace forager {

namespace asio = boost::asio;

namespace {

using Work = asio::awaitable<Outcome> (*)(BlueprintWork& work, const Invocation& invocation, Observer& observer);

class ReconcileFunction final : public Handler {
public:
    ReconcileFunction(const BlueprintWorkAccess& access, Work work) : access_{access}, work_{work} {}

    asio::awaitable<Outcome> run(const Invocation& invocation, std::vector<Value>, Observer& observer) override
    {
        const auto work = access_();
        if (!work)
            co_return work.error();
        auto outcome = co_await work_(**work, invocation, observer);
        co_return outcome;
    }

private:
    const BlueprintWorkAccess& access_;
    Work work_;
};

Result<void> only_keywords(const Invocation& invocation, std::span<const std::string> names)
{
    if (!invocation.args.empty())
        return invalid_argument(": " + invocation.function + " takes keyword arguments only");
    return only_arguments(invocation.kwargs, names);
}

Result<std::string> needed(const Object& kwargs, const std::string& name, const std::string& what)
{
    auto text = text_argument(kwargs, name);
    if (!text)
        return text.error();
    if (!*text || (*text)->empty())
        return invalid_argument(": the keyword '" + name + "' is missing: it says " + what);
    return **text;
}

// The kind of a document that comes with the process stands in it.
Result<ReconcileWish> wish_of(const Invocation& invocation)
{
    static const std::array<std::string, 4> names{"kind", "blueprintName", "force", "resource"};
    if (const auto fine = only_keywords(invocation, names); !fine)
        return fine.error();
    const Object& kwargs = invocation.kwargs;
    ReconcileWish wish;
    wish.executor_type = part<std::string>(invocation.env, "COLONIES_EXECUTOR_TYPE");
    if (const Value* resource = kwargs.find("resource"); resource != nullptr && !resource->is_null()) {
        const auto* document = resource->get<Object>();
        if (document == nullptr)
            return invalid_argument(": 'resource' must be a table, not a " + std::string{resource->type_name()});
        wish.resource = *document;
        wish.kind = part<std::string>(*document, "kind");
    } else {
        auto kind = needed(kwargs, "kind", "which blueprints are meant");
        if (!kind)
            return kind.error();
        wish.kind = std::move(*kind);
    }
    auto name = text_argument(kwargs, "blueprintName");
    if (!name)
        return name.error();
    wish.name = name->value_or("");
    const auto force = flag_argument(kwargs, "force", false);
    if (!force)
        return force.error();
    wish.force = *force;
    return wish;
}

Outcome as_outcome(Result<Object> result)
{
    if (!result)
        return result.error();
    return Outputs{Value{std::move(*result)}};
}

// "web: Running, 2 of 2 ready (reconciled)", for who follows the process.
std::string line_of(const Object& result)
{
    const auto status = part<Object>(result, "status");
    std::string line = part<std::string>(result, "blueprintName") + ": ";
    if (const auto error = part<std::string>(result, "error"); !error.empty())
        line += error;
    else if (const auto other = part<std::string>(result, "reconciler"); !other.empty())
        line += "the executor " + other + " sees to it";
    else
        line += part<std::string>(status, "phase");
    if (status.find("replicas") != nullptr && status.find("ready") != nullptr)
        line += ", " + as_word(*status.find("ready")) + " of " + as_word(*status.find("replicas")) + " ready";
    return line + " (" + part<std::string>(result, "action") + ")";
}

void tell_results(const Invocation& invocation, const Object& answer, Observer& observer)
{
    for (const Value& result : part<Array>(answer, "results"))
        if (const auto* members = result.get<Object>())
            observer.line(invocation, line_of(*members));
}

asio::awaitable<Outcome> reconcile(BlueprintWork& work, const Invocation& invocation, Observer& observer)
{
    auto wish = wish_of(invocation);
    if (!wish)
        co_return wish.error();
    auto result = co_await work.reconcile(std::move(*wish));
    if (result.has_value())
        tell_results(invocation, *result, observer);
    co_return as_outcome(std::move(result));
}

asio::awaitable<Outcome> clean_up(BlueprintWork& work, const Invocation& invocation, Observer&)
{
    static const std::array<std::string, 3> names{"kind", "blueprintName", "force"};
    if (const auto fine = only_keywords(invocation, names); !fine)
        co_return fine.error();
    auto kind = text_argument(invocation.kwargs, "kind");
    if (!kind)
        co_return kind.error();
    auto name = needed(invocation.kwargs, "blueprintName", "what is gone");
    if (!name)
        co_return name.error();
    auto result = co_await work.clean_up(kind->value_or(""), std::move(*name));
    co_return as_outcome(std::move(result));
}

void add(Registry& registry, const BlueprintWorkAccess& access, std::string name, std::string doc, Work work)
{
    Function function;
    function.name = std::move(name);
    function.doc = std::move(doc);
    function.parameters = {{"kind", Type::string, Value{}}, {"blueprintName", Type::string, Value{}}};
    function.variadic = true;
    function.raw = true;
    add_function(registry, std::move(function), std::make_shared<ReconcileFunction>(access, work));
}

} // namespace

void add_reconcile(Registry& registry, const BlueprintWorkAccess& work)
{
    const std::string doc = "Makes the world as the colony's blueprints of a kind say. Keywords: kind, blueprintName "
                            "(one of them alone), force (all replicas anew).";
    add(registry, work, "reconcile.reconcile", doc, reconcile);
    add(registry, work, "reconcile.reconcile_executor_deployment", doc, reconcile);
    add(registry, work, "reconcile.cleanup",
        "Removes what is left of a blueprint that the colony has no more. Keywords: kind, blueprintName.", clean_up);
    registry.add_unavailable("reconcile", "");
}

} // namespace forager
