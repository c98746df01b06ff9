#include "cli/documents/colony_words.hpp"

#include "base/text.hpp"
#include "base/time.hpp"
#include "base/timestamp.hpp"
#include "cli/asking.hpp"
#include "core/reconcile/blueprint.hpp"
#include "io/formats/yaml.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace forager::cli {

namespace {

Object table_of(const Value& value, std::string_view name)
{
    const auto* object = value.get<Object>();
    return object == nullptr ? Object{} : part<Object>(*object, name);
}

std::string lower(std::string_view text)
{
    std::string small{text};
    std::ranges::transform(small, small.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return small;
}

bool names_kind(std::string_view word, std::string_view kind)
{
    const std::string wanted = lower(word);
    const std::string there = lower(kind);
    const bool is_definition = kind == reconcile::definition_kind;
    return wanted == there || wanted == there + "s" ||
           (is_definition && (wanted == "definition" || wanted == "definitions"));
}

std::string name_in(const Value& document)
{
    return part<std::string>(table_of(document, "metadata"), "name");
}

std::string ready_of(const Object& status)
{
    const Value object{status};
    const std::string wanted = text_of(object, "replicas");
    return wanted.empty() ? "" : text_of(object, "ready") + "/" + wanted;
}

std::string indented(const std::string& text)
{
    std::string all;
    for (const std::string_view line : split(trimmed(text), '\n'))
        all.append("  ").append(line).append("\n");
    return all;
}

// "Name: text", where there is a text.
std::string line(const std::string& name, const std::string& text)
{
    return text.empty() ? "" : name + ": " + text + "\n";
}

std::string instances_table(const Object& status)
{
    std::vector<std::vector<std::string>> rows{{"NAME", "TYPE", "STATE", "READY", "GENERATION", "EXECUTOR", "TROUBLE"}};
    for (const Value& one : part<Array>(status, "instances"))
        rows.push_back({text_of(one, "name"), text_of(one, "type"), text_of(one, "state"), text_of(one, "ready"),
                        text_of(one, "generation"), text_of(one, "executor"), text_of(one, "trouble")});
    return rows.size() == 1 ? "" : "Instances:\n" + indented(table(std::move(rows)));
}

std::string when(const Value& change)
{
    const Value* at = change.get<Object>()->find("at");
    const auto* seconds = at == nullptr ? nullptr : at->get<double>();
    if (seconds == nullptr)
        return "";
    return timestamp(WallTime{std::chrono::duration_cast<Duration>(std::chrono::duration<double>{*seconds})});
}

std::string history_table(const Value& document)
{
    std::vector<std::vector<std::string>> rows{{"GENERATION", "CHANGE", "AT", "BY"}};
    constexpr std::size_t shown_id = 12;
    for (const Value& one : part<Array>(*document.get<Object>(), "history"))
        rows.push_back({text_of(one, "generation"), text_of(one, "change"), when(one),
                        text_of(one, "changed_by").substr(0, shown_id)});
    return rows.size() == 1 ? "" : "History:\n" + indented(table(std::move(rows)));
}

std::string phase_line(const Object& status)
{
    const auto message = part<std::string>(status, "message");
    return part<std::string>(status, "phase") + (message.empty() ? "" : ": " + message);
}

} // namespace

std::string title_of_blueprint(const Object& document)
{
    return part<std::string>(document, "kind") + "/" + name_in(Value{document});
}

bool is_meant(const Object& document, std::string_view what)
{
    const auto kind = part<std::string>(document, "kind");
    const std::string name = name_in(Value{document});
    const std::size_t slash = what.find('/');
    if (slash != what.npos)
        return names_kind(what.substr(0, slash), kind) && what.substr(slash + 1) == name;
    return what.empty() || what == name || names_kind(what, kind);
}

bool means_definitions(std::string_view what)
{
    return names_kind(what.substr(0, what.find('/')), reconcile::definition_kind);
}

Result<Array> meant(const Array& documents, const std::string& what)
{
    Array found;
    std::vector<std::string> names;
    for (const Value& document : documents) {
        names.push_back(name_in(document));
        if (is_meant(*document.get<Object>(), what))
            found.push_back(document);
    }
    if (!found.empty() || what.empty() || what == "definitions")
        return found;
    const auto near = nearest(what.substr(what.find('/') + 1), names);
    return Failure{Errc::not_found, "the colony has no '" + tail(printable(what), 80) + "'" +
                                        (near ? " (did you mean '" + *near + "'?)" : "") +
                                        ": 'forager get --colony' lists what there is"};
}

std::string shown_blueprints(const Value& documents)
{
    std::vector<std::vector<std::string>> rows{
        {"KIND", "NAME", "LOCATION", "READY", "PHASE", "GENERATION", "RECONCILER", "MESSAGE"}};
    for (const Value& one : *documents.get<Array>()) {
        const Value metadata{table_of(one, "metadata")};
        const Object status = table_of(one, "status");
        rows.push_back({text_of(one, "kind"), name_in(one), text_of(metadata, "locationname"), ready_of(status),
                        part<std::string>(status, "phase"), text_of(metadata, "generation"),
                        part<std::string>(status, "reconciler"), part<std::string>(status, "message")});
    }
    return table(std::move(rows));
}

std::string shown_definitions(const Value& documents)
{
    std::vector<std::vector<std::string>> rows{{"NAME", "KIND", "EXECUTOR TYPE", "FUNCTION"}};
    for (const Value& one : *documents.get<Array>()) {
        const reconcile::Handling handling = reconcile::handling_of(table_of(one, "spec"));
        rows.push_back({name_in(one), handling.kind, handling.executor_type, handling.function});
    }
    return table(std::move(rows));
}

std::string shown_blueprint(const Value& document)
{
    const Value metadata{table_of(document, "metadata")};
    const Object status = table_of(document, "status");
    std::string text = title_of_blueprint(*document.get<Object>()) + "\n";
    text += line("Colony", text_of(metadata, "colonyname"));
    text += line("Location", text_of(metadata, "locationname"));
    text += line("Id", text_of(document, "blueprintid"));
    text += line("Generation", text_of(metadata, "generation"));
    if (!status.empty()) {
        text += line("Phase", phase_line(status));
        text += line("Ready", ready_of(status));
        text += line("Reconciler", part<std::string>(status, "reconciler"));
        text += line("Last updated", part<std::string>(status, "lastUpdated"));
    }
    text += "Spec:\n" + indented(to_yaml(Value{table_of(document, "spec")}));
    return text + instances_table(status) + history_table(document);
}

} // namespace forager::cli
