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

// An empty table of Lua may be a list: the schema says so.
void settle_list(const Object& schema, Value& value);

void settle_lists_of(const Object& schema, Object& object)
{
    const auto properties = part<Object>(schema, "properties");
    for (Member& member : object)
        if (const Value* property = properties.find(member.name); property != nullptr)
            if (const auto* described = property->get<Object>())
                settle_list(*described, member.value);
}

void settle_list(const Object& schema, Value& value)
{
    if (auto* object = value.get<Object>()) {
        if (object->empty() && part<std::string>(schema, "type") == "array")
            value = Array{};
        else
            settle_lists_of(schema, *object);
    } else if (auto* list = value.get<Array>()) {
        const auto items = part<Object>(schema, "items");
        for (Value& item : *list)
            settle_list(items, item);
    }
}

bool is_empty_table(const Value& value)
{
    const auto* object = value.get<Object>();
    return object != nullptr && object->empty();
}

// The same of what stands in the schema itself.
void settle_schema(Object& schema)
{
    for (Member& member : schema)
        if ((member.name == "required" || member.name == "enum") && is_empty_table(member.value))
            member.value = Array{};
    if (Value* fallback = schema.find("default"))
        settle_list(schema, *fallback);
    if (Value* items = schema.find("items"); items != nullptr && items->get<Object>() != nullptr)
        settle_schema(*items->get<Object>());
    Value* properties = schema.find("properties");
    if (properties == nullptr || properties->get<Object>() == nullptr)
        return;
    for (Member& property : *properties->get<Object>())
        if (auto* described = property.value.get<Object>())
            settle_schema(*described);
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
    settle_schema(declared.schema);
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
    Object given = table(request, 1);
    if (Value* spec = given.find("spec"))
        settle_list(declared->schema, *spec);
    auto document = checked_document(*declared, std::move(given));
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
