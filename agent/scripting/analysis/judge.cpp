#include "scripting/analysis/judge.hpp"

#include "base/text.hpp"
#include "scripting/analysis/literals.hpp"
#include "scripting/explaining/familiar.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

namespace forager::scripting {

namespace {

std::string quoted(std::string_view name)
{
    constexpr std::size_t longest_shown = 100;
    return "'" + std::string{name.substr(0, longest_shown)} + (name.size() > longest_shown ? "…'" : "'");
}

// " (did you mean 'x'?)", or `otherwise`.
std::string hint(std::string_view name, const std::vector<std::string>& candidates, std::string otherwise)
{
    if (const auto meant = nearest(name, candidates))
        return " (did you mean " + quoted(*meant) + "?)";
    return otherwise;
}

std::vector<std::string> names_of(const OptionTypes& options)
{
    std::vector<std::string> names;
    for (const auto& [name, types] : options)
        names.push_back(name);
    return names;
}

std::string joined(const std::vector<std::string>& words)
{
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ", ") + word;
    return text;
}

} // namespace

Judge::Judge(const LibraryShape& library, Survey& survey, Findings* findings, std::string path)
    : library_{library}, survey_{survey}, findings_{findings}, path_{std::move(path)}
{
}

Judge::Meaning Judge::global(std::string_view name, std::size_t line)
{
    if (name == "_ENV")
        survey_.other_environment = true;
    if (name == "load")
        survey_.other_globals = true;
    if (survey_.other_environment || survey_.globals.contains(name))
        return {};
    if (const auto found = library_.globals.fields.find(name); found != library_.globals.fields.end())
        return {Known::of(&found->second), {}};
    if (first_walk() || survey_.other_globals || survey_.fields.contains(name))
        return {};
    return {{}, Doubt{std::string{name}, nullptr, line, Doubt::From::read}};
}

std::vector<std::string> Judge::global_names(const Scopes& scopes) const
{
    std::vector<std::string> names = library_.globals.names();
    // No more than can be compared in no time.
    constexpr std::size_t most_names = 1'000;
    for (const std::string& name : survey_.globals | std::views::take(most_names))
        names.push_back(name);
    for (const std::string_view name : scopes.visible() | std::views::reverse | std::views::take(most_names))
        names.emplace_back(name);
    return names;
}

Judge::Meaning Judge::field(const Known& base, std::string_view name, std::size_t line)
{
    if (base.kind != Known::Kind::shape || !base.shape->table || base.shape->object)
        return {};
    const Shape& table = *base.shape;
    if (survey_.fields.contains(name))
        return {};
    if (const auto found = table.fields.find(name); found != table.fields.end())
        return {Known::of(&found->second), {}};
    if (first_walk() || may_have(table, name))
        return {};
    return {{}, Doubt{std::string{name}, &table, line, table.missing}};
}

bool Judge::may_have(const Shape& table, std::string_view name) const
{
    return table.open || survey_.changed.contains(&table) || survey_.fields.contains(name);
}

const Shape* Judge::method(const Known& base, std::string_view name, std::size_t line)
{
    const bool text = base.kind == Known::Kind::string;
    if (!text && (base.kind != Known::Kind::shape || !base.shape->object))
        return nullptr;
    const auto strings = library_.globals.fields.find("string");
    if (text && (strings == library_.globals.fields.end() || survey_.fields.contains("__index")))
        return nullptr;
    const Shape& table = text ? strings->second : *base.shape;
    if (may_have(table, name))
        return nullptr;
    if (const auto found = table.fields.find(name); found != table.fields.end())
        return &found->second;
    add("a " + table.title + " has no method " + quoted(name) + hint(name, table.names(), familiar("*", name)), line,
        Errc::script);
    return nullptr;
}

void Judge::called_with_dot(const Known& base, std::string_view name, const Known& first, std::size_t line)
{
    const bool object = base.kind == Known::Kind::shape && base.shape->object;
    const bool other = first.kind != Known::Kind::nothing && first.kind != Known::Kind::shape;
    if (object && other && base.shape->fields.contains(name))
        add(quoted(name) + " is a method: call it with a colon, " + base.shape->title + ":" + std::string{name} + "(…)",
            line, Errc::bad_arguments);
}

Known Judge::result(const Known& callee, const Known& first)
{
    if (callee.kind != Known::Kind::shape)
        return {};
    const Shape& function = *callee.shape;
    if (function.what == "require" && first.kind == Known::Kind::string) {
        if (first.text == "forager")
            return Known::of(&library_.forager);
        survey_.modules.insert(first.text);
    } else if (function.what == "require") {
        out_of_sight(callee);
    }
    declares_function(function, first);
    return function.gives.empty() ? Known{} : Known::of(library_.object(function.gives));
}

// A table constructor is known by the name in it.
void Judge::declares_function(const Shape& callee, const Known& first)
{
    Names* names = callee.what == "func"       ? &survey_.functions
                   : callee.what == "workflow" ? &survey_.workflows
                                               : nullptr;
    if (names == nullptr)
        return;
    if (first.text.empty())
        survey_.other_functions = true;
    else
        names->insert(first.text);
}

Wanted Judge::argument(const Shape* callee, std::size_t position) const
{
    Wanted wanted;
    if (callee == nullptr)
        return wanted;
    if (callee->takes_options_at(position)) {
        wanted.options = &callee->options;
        wanted.options_of = callee->what;
    }
    if (position <= callee->arguments.size()) {
        wanted.what = callee->what + ": argument " + std::to_string(position);
        wanted.types = callee->arguments[position - 1];
    }
    wanted.probe = position == 1 && (callee->what == "pcall" || callee->what == "xpcall");
    return wanted;
}

Wanted Judge::option(const Wanted& table, std::string_view name, std::size_t line)
{
    Wanted wanted;
    if (table.options == nullptr)
        return wanted;
    const auto found = table.options->find(name);
    if (found == table.options->end()) {
        const auto names = names_of(*table.options);
        add(table.options_of + " has no option " + quoted(name) + hint(name, names, ", only " + joined(names)), line,
            Errc::bad_arguments);
        return wanted;
    }
    wanted.what = table.options_of + ": option " + quoted(name);
    wanted.types = found->second;
    wanted.options_of = table.options_of + ": " + std::string{name};
    wanted.options = library_.nested_options(wanted.options_of);
    return wanted;
}

void Judge::value(const Wanted& wanted, const Known& known, std::size_t line)
{
    if (wanted.types.empty() || first_walk())
        return;
    const bool is_call = wanted.types == "callee" && known.kind == Known::Kind::string;
    if (is_call && quiet_ == 0 && findings_->calls.size() < Findings::most_calls)
        findings_->calls.push_back({path_, line, known.text});
    if (!literal_fits(known, wanted.types))
        add(wanted.what + " must be " + library_.wish(wanted.types) + ", not " + literal_text(known), line,
            Errc::bad_arguments);
}

void Judge::last_argument(const Shape* callee, const Known& first, const Known& last)
{
    const bool may_be_options = last.elsewhere || (last.kind == Known::Kind::nothing && survey_.colony_options);
    if (callee != nullptr && callee->what == "call" && may_be_options)
        calls_elsewhere(first.text);
}

void Judge::calls_elsewhere(std::string_view function)
{
    if (first_walk() || quiet_ > 0)
        return;
    std::vector<NamedCall>& calls = findings_->calls;
    const auto newest = std::ranges::find(calls.rbegin(), calls.rend(), function, &NamedCall::function);
    if (newest != calls.rend())
        calls.erase(std::next(newest).base());
}

// The nearest name is looked for only where it is told: that takes a while.
void Judge::report(const Doubt& doubt, const Scopes& scopes)
{
    if (first_walk() || quiet_ > 0)
        return;
    if (full())
        ++findings_->more;
    else if (doubted_.emplace(doubt.line, doubt.name).second)
        add(message(doubt, scopes), doubt.line, Errc::script);
}

std::string Judge::message(const Doubt& doubt, const Scopes& scopes) const
{
    const std::string known = familiar(doubt.table == nullptr ? "" : doubt.table->title, doubt.name);
    if (doubt.table != nullptr)
        return doubt.table->title + " has no " + quoted(doubt.name) +
               (known.empty() ? hint(doubt.name, doubt.table->names(), familiar("*", doubt.name)) : known);
    return "undefined global " + quoted(doubt.name) +
           (known.empty() ? hint(doubt.name, global_names(scopes), " (a typo, or a missing 'local' or 'require')")
                          : known);
}

void Judge::add(std::string message, std::size_t line, Errc code)
{
    if (first_walk() || quiet_ > 0)
        return;
    if (full()) {
        ++findings_->more;
        return;
    }
    Failure failure{code, std::move(message)};
    failure.where = path_ + ":" + std::to_string(line);
    const auto is_known = [&](const Failure& one) {
        return one.where == failure.where && one.message == failure.message;
    };
    if (std::ranges::any_of(findings_->list, is_known))
        return;
    findings_->list.push_back(std::move(failure));
}

void Judge::assigned_global(std::string_view name)
{
    declared(name);
    survey_.globals.emplace(name);
}

void Judge::assigned_field(std::string_view name)
{
    survey_.fields.emplace(name);
}

void Judge::out_of_sight(const Known& known)
{
    if (known.kind != Known::Kind::shape || known.shape->object)
        return;
    const Shape& shape = *known.shape;
    survey_.other_functions |= shape.what == "func" || shape.what == "workflow" || shape.what == "require";
    survey_.other_globals |= shape.what == "_G" || shape.what == "require";
    if (shape.table)
        survey_.changed.insert(&shape);
}

void Judge::declared(std::string_view name)
{
    survey_.other_environment |= name == "_ENV";
}

bool takes_context(const Wanted& wanted)
{
    return wanted.types.find("handler") != wanted.types.npos;
}

} // namespace forager::scripting
