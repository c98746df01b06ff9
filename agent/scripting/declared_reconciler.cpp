#include "scripting/declared_reconciler.hpp"

#include "core/reconcile/document.hpp"
#include "core/reconcile/schema.hpp"

#include <utility>

namespace forager::scripting {

namespace {

Failure wrong(std::string_view field, const std::string& what)
{
    Failure failure{Errc::bad_arguments, std::string{field} + ": " + what};
    failure.details.set("field", field);
    return failure;
}

} // namespace

Result<Object> checked_document(const DeclaredReconciler& declared, Object document)
{
    const auto key = reconcile::key_of(document, "");
    if (!key)
        return key.error();
    if (key->kind != declared.kind)
        return wrong("kind",
                     "this reconciler keeps documents of the kind '" + declared.kind + "', not '" + key->kind + "'");
    const Value* given = document.find("spec");
    const bool is_missing = given == nullptr || given->is_null();
    if (!is_missing && given->get<Object>() == nullptr)
        return wrong("spec", "it is a table with names, not a " + std::string{given->type_name()});
    auto spec = reconcile::checked(declared.schema, is_missing ? Value{Object{}} : *given, "spec");
    if (!spec)
        return spec.error();
    document.set("spec", std::move(*spec));
    return document;
}

} // namespace forager::scripting
