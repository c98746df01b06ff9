#include "cli/documents/description.hpp"

#include "base/text.hpp"
#include "cli/asking.hpp"
#include "cli/documents/asking.hpp"
#include "io/formats/yaml.hpp"

#include <utility>
#include <vector>

namespace forager::cli {

namespace {

using Rows = std::vector<std::vector<std::string>>;

const Value* member(const Value& value, std::string_view name)
{
    const auto* object = value.get<Object>();
    return object == nullptr ? nullptr : object->find(name);
}

const Array& list_in(const Value& value, std::string_view name)
{
    static const Array none;
    const Value* found = member(value, name);
    const auto* list = found == nullptr ? nullptr : found->get<Array>();
    return list == nullptr ? none : *list;
}

bool is_set(const Value& value, std::string_view name)
{
    return text_of(value, name) == "true";
}

std::string indented(const std::string& text)
{
    std::string result;
    for (const std::string_view line : split(trimmed(text), '\n'))
        result += "  " + std::string{line} + "\n";
    return result;
}

std::string section(const std::string& title, const std::string& text)
{
    return trimmed(text).empty() ? "" : "\n" + title + ":\n" + indented(text);
}

std::string with_age(const Value& object, std::string_view name)
{
    const std::string age = age_text(object, name);
    return time_text(object, name) + (age.empty() ? "" : " (" + age + " ago)");
}

// Which form of the spec is in use, where that is not the newest.
std::string generation_text(const Value& document)
{
    const std::string generation = text_of(document, "generation");
    const std::string effective = text_of(document, "effective");
    return effective == generation ? generation : generation + " (has failed: " + effective + " is in use)";
}

std::string last_look(const Value& document)
{
    const Value* status = member(document, "status");
    return status == nullptr ? "" : time_text(*status, "lastUpdated");
}

std::string head(const Value& document)
{
    Rows rows{{"Name:", text_of(document, "name")}, {"Kind:", text_of(document, "kind")}};
    const std::pair<const char*, std::string> more[] = {{"Namespace:", text_of(document, "space")},
                                                        {"Origin:", text_of(document, "origin")},
                                                        {"Id:", text_of(document, "id")},
                                                        {"Runtime:", text_of(document, "runtime")},
                                                        {"Created:", with_age(document, "created")},
                                                        {"Generation:", generation_text(document)},
                                                        {"Phase:", text_of(document, "phase")},
                                                        {"Message:", text_of(document, "message")},
                                                        {"Looked at:", last_look(document)}};
    for (const auto& [title, text] : more)
        if (!text.empty())
            rows.push_back({title, text});
    return table(std::move(rows));
}

std::string yes_or_no(bool yes)
{
    return yes ? "yes" : "no";
}

// What people ask first, each with its reason.
std::string conditions(const Value& document)
{
    const std::string wanted = text_of(document, "replicas");
    const Course course = course_of(document);
    Rows rows{{"CONDITION", "", "WHY"}};
    if (!wanted.empty()) {
        const std::string ready = text_of(document, "ready");
        rows.push_back({"ready", yes_or_no(ready == wanted), (ready.empty() ? "0" : ready) + " of " + wanted});
    }
    rows.push_back(
        {"as wanted", yes_or_no(course == Course::there && !is_set(document, "paused")), text_of(document, "message")});
    if (course == Course::failed)
        rows.push_back({"failed", "yes", "generation " + text_of(document, "generation")});
    if (is_set(document, "paused"))
        rows.push_back({"paused", "yes", "'forager rollout resume' lets it go on"});
    if (is_set(document, "deleting"))
        rows.push_back({"deleting", "yes", ""});
    return table(std::move(rows));
}

std::string state_of(const Value& instance)
{
    const std::string code = text_of(instance, "exitCode");
    return text_of(instance, "state") + (code.empty() ? "" : " (" + code + ")");
}

std::string instances(const Value& status)
{
    Rows rows{{"NAME", "STATE", "READY", "GENERATION", "AGE", "EXECUTOR", "TROUBLE"}};
    for (const Value& one : list_in(status, "instances"))
        rows.push_back({text_of(one, "name"), state_of(one), yes_or_no(is_set(one, "ready")),
                        text_of(one, "generation"), age_text(one, "created"), text_of(one, "executor"),
                        text_of(one, "trouble")});
    return rows.size() == 1 ? "" : table(std::move(rows));
}

std::string recent(const Value& document)
{
    Rows rows;
    for (const Value& one : list_in(document, "recent"))
        rows.push_back({time_text(one, "at"), text_of(one, "what")});
    return table(std::move(rows));
}

bool is_shown_elsewhere(std::string_view name)
{
    constexpr std::string_view names[] = {"name",
                                          "kind",
                                          "phase",
                                          "message",
                                          "generation",
                                          "ready",
                                          "instances",
                                          "replicas",
                                          "observedGeneration",
                                          "lastUpdated",
                                          "runningInstances",
                                          "stoppedInstances",
                                          "totalInstances"};
    for (const std::string_view one : names)
        if (name == one)
            return true;
    return false;
}

// What a reconciler of its own says in its status.
std::string rest_of(const Value& status)
{
    Object rest;
    if (const auto* members = status.get<Object>())
        for (const Member& one : *members)
            if (!is_shown_elsewhere(one.name))
                rest.append(one.name, one.value);
    return rest.empty() ? "" : to_yaml(Value{std::move(rest)});
}

std::string spec_of(const Value& document)
{
    const Value* whole = member(document, "document");
    const Value* spec = whole == nullptr ? nullptr : member(*whole, "spec");
    return spec == nullptr ? "" : to_yaml(*spec);
}

} // namespace

std::string history_of(const Value& document)
{
    const std::string effective = text_of(document, "effective");
    Rows rows{{"GENERATION", "MADE", "CHANGE", "STATE"}};
    for (const Value& one : list_in(document, "revisions")) {
        const std::string generation = text_of(one, "generation");
        const std::string state = !text_of(one, "failure").empty() ? "failed" : is_set(one, "good") ? "was there" : "";
        const std::string use = generation == effective ? "in use" : "";
        rows.push_back({generation, time_text(one, "made"), text_of(one, "change"),
                        use + (use.empty() || state.empty() ? "" : ", ") + state});
    }
    return table(std::move(rows));
}

std::string described(const Value& document)
{
    const Value* told = member(document, "status");
    const Value status = told == nullptr ? Value{} : *told;
    return head(document) + "\n" + conditions(document) + section("Spec", spec_of(document)) +
           section("Instances", instances(status)) + section("Status", rest_of(status)) +
           section("Revisions", history_of(document)) + section("Done last", recent(document));
}

} // namespace forager::cli
