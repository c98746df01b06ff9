// Reconcilers: the kinds of documents that a script keeps, and what it hears of them.
#include "scripting/bindings/bindings.hpp"

#include "core/options.hpp"
#include "core/reconcile/schema.hpp"
#include "scripting/bindings/asked.hpp"
#include "scripting/lua_failure.hpp"
#include "scripting/script.hpp"

#include <algorithm>
#include <utility>

namespace forager::scripting {

namespace {

Outcome declaration(Failure failure, const std::string& where)
{
    failure.declaration = true;
    failure.where = where;
    return failure;
}

std::string function_of(const std::string& kind)
{
    return "reconciler." + kind;
}

Result<DeclaredReconciler> read(const Request& request, const std::string& where)
{
    const Value& given = request.arg(0);
    DeclaredReconciler declared;
    declared.kind = text_option(given, "kind");
    declared.function = function_of(declared.kind);
    declared.has_delete = flag_option(given, "has_delete", false);
    declared.where = where;
    if (const Value* schema = option(given, "schema"); schema != nullptr && schema->get<Object>() != nullptr)
        declared.schema = *schema->get<Object>();
    if (auto fine = reconcile::check_schema(declared.schema); !fine)
        return Failure{Errc::bad_arguments, "reconciler '" + declared.kind + "': " + fine.error().message};
    const auto every = duration_option(given, "every");
    if (!every)
        return every.error();
    declared.every = every->value_or(Duration{});
    return declared;
}

Result<void> check_is_only_one(const Script& script, const DeclaredReconciler& declared)
{
    const auto earlier = std::ranges::find(script.reconcilers, declared.kind, &DeclaredReconciler::kind);
    if (earlier == script.reconcilers.end())
        return {};
    return Failure{Errc::bad_arguments,
                   "reconciler: the kind '" + declared.kind + "' is declared at " + earlier->where + " already"};
}

// declare_reconciler(declaration, function)
Outcome declare_reconciler(Request& request)
{
    Script& script = request.script;
    const std::string where = place_of(script.vm().current().thread);
    if (script.is_served())
        return Failure{Errc::bad_arguments, "reconciler: a script declares reconcilers while it loads"};
    auto declared = read(request, where);
    if (!declared)
        return declaration(declared.error(), where);
    if (const auto only = check_is_only_one(script, *declared); !only)
        return declaration(only.error(), where);
    Function function;
    function.name = declared->function;
    function.doc = text_option(request.arg(0), "doc");
    if (function.doc.empty())
        function.doc = "Keeps documents of the kind " + declared->kind + ".";
    function.variadic = true;
    const auto timeout = duration_option(request.arg(0), "timeout");
    if (!timeout)
        return timeout.error();
    function.timeout = *timeout;
    const auto reference = static_cast<int>(whole(request, 1));
    if (auto taken = script.declare(std::move(function), script.handler(reference)); !taken)
        return taken.error();
    script.reconcilers.push_back(std::move(*declared));
    return Outputs{};
}

// reconcile_document(kind, document): the document, checked, with the defaults of its spec.
Outcome reconcile_document(Request& request)
{
    const std::vector<DeclaredReconciler>& all = request.script.reconcilers;
    const auto declared = std::ranges::find(all, text(request, 0), &DeclaredReconciler::kind);
    if (declared == all.end())
        return Failure{Errc::not_found, "this script has no reconciler of the kind '" + text(request, 0) + "'"};
    auto document = checked_document(*declared, table(request, 1));
    if (!document)
        return document.error();
    return Outputs{Value{std::move(*document)}};
}

// reconcile_touch(kind, name): what is heard of one document, or of all.
Outcome reconcile_touch(Request& request)
{
    if (const TouchAccess& touch = request.script.world().touch)
        touch(text(request, 0), text(request, 1));
    return Outputs{};
}

constexpr Binding bindings[] = {
    {"declare_reconciler", declare_reconciler, nullptr, true},
    {"reconcile_document", reconcile_document},
    {"reconcile_touch", reconcile_touch},
};

} // namespace

std::span<const Binding> reconciler_bindings()
{
    return bindings;
}

} // namespace forager::scripting
