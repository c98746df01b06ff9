#include "runtime/registry.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace forager {

namespace {

std::string quoted(std::string_view name)
{
    return "'" + std::string{name} + "'";
}

Failure wrong_declaration(const Function& function, std::string message)
{
    Failure failure{Errc::bad_arguments, std::move(message)};
    failure.declaration = true;
    failure.where = function.where;
    return failure;
}

Result<void> check_name(const Function& function)
{
    if (function.workflow ? is_workflow_name(function.name) : is_function_name(function.name))
        return {};
    return wrong_declaration(function,
                             quoted(function.name) + " is not a name for a " +
                                 (function.workflow ? "workflow: it must be" : "function: it must be FAMILY.NAME") +
                                 " out of letters, digits, '_' and '-', at most 200 of them");
}

Failure taken(const Function& function, const Function& earlier)
{
    return wrong_declaration(function, std::string{"there is a "} + (earlier.workflow ? "workflow " : "function ") +
                                           quoted(function.name) + " already, " +
                                           (earlier.where.empty() ? "built in" : "declared at " + earlier.where));
}

} // namespace

Registry::Registry(const Registry& below, std::set<std::string, std::less<>> replaced)
    : below_{&below}, replaced_{std::move(replaced)}, unavailable_{below.unavailable_}
{
}

void Registry::keep(const std::vector<std::string>& names)
{
    for (const std::string& name : names)
        replaced_.erase(name);
}

void Registry::adopt(Registry& staged)
{
    for (const std::string& name : staged.replaced_)
        entries_.erase(name);
    entries_.merge(staged.entries_);
    ++changes_;
}

Registry::EntryPtr Registry::entry(std::string_view name) const
{
    if (const auto found = entries_.find(name); found != entries_.end())
        return found->second;
    return below_ == nullptr || replaced_.contains(name) ? nullptr : below_->entry(name);
}

Result<void> Registry::add(Function function, std::shared_ptr<Handler> handler)
{
    if (auto named = check_name(function); !named)
        return named;
    if (const EntryPtr earlier = entry(function.name))
        return taken(function, earlier->function);
    std::string name = function.name;
    entries_.emplace(std::move(name), std::make_shared<Entry>(std::move(function), std::move(handler)));
    ++changes_;
    return {};
}

bool Registry::remove(std::string_view name)
{
    const auto found = entries_.find(name);
    if (found == entries_.end())
        return false;
    entries_.erase(found);
    ++changes_;
    return true;
}

void Registry::add_unavailable(std::string family, std::string reason)
{
    if (reason.empty()) // what it needs has come
        unavailable_.erase(family);
    else
        unavailable_.insert_or_assign(std::move(family), std::move(reason));
    ++changes_;
}

Result<Registry::EntryPtr> Registry::find(std::string_view name) const
{
    if (EntryPtr found = entry(name))
        return found;
    if (const auto found = unavailable_.find(name.substr(0, name.find('.'))); found != unavailable_.end()) {
        Failure failure{Errc::refused, std::string{name} + " is not available: " + found->second};
        failure.retry = false;
        return failure;
    }
    return unknown(name);
}

Failure Registry::unknown(std::string_view name) const
{
    constexpr std::size_t most_listed = 20;
    std::vector<std::string> names;
    for (const EntryPtr& known : list())
        names.push_back(known->function.name);
    std::string text = "there is no function " + quoted(tail(name, 200));
    if (const auto meant = nearest(name, names))
        text += "; did you mean " + quoted(*meant) + "?";
    if (names.empty())
        return {Errc::not_found, text + "; there are none"};
    const std::size_t more = names.size() - std::min(names.size(), most_listed);
    names.resize(names.size() - more);
    if (more > 0)
        names.push_back(std::to_string(more) + " more");
    return {Errc::not_found, text + (text.ends_with('?') ? " There are " : "; there are ") + listed(names)};
}

std::vector<Registry::EntryPtr> Registry::list() const
{
    std::vector<EntryPtr> entries;
    if (below_ != nullptr)
        for (EntryPtr& lower : below_->list())
            if (!replaced_.contains(lower->function.name))
                entries.push_back(std::move(lower));
    for (const auto& [name, entry] : entries_)
        entries.push_back(entry);
    return entries;
}

} // namespace forager
