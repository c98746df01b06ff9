#include "core/container_request.hpp"

#include "base/text.hpp"
#include "core/options.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace forager {

namespace {

constexpr std::array<ContainerChannel, 5> channels{{
    {"start_container.create", "broker.create", ContainerAction::create},
    {"start_container.response_channel", "broker.run", ContainerAction::run},
    {"start_containers_not_running", "broker.start", ContainerAction::start},
    {"close_container", "broker.close", ContainerAction::close},
    {"monitor_container_status", "broker.monitor", ContainerAction::monitor},
}};

enum Kind : unsigned { text = 1, number = 2, flag = 4, list = 8, table = 16 };

constexpr unsigned on(ContainerAction action)
{
    return 1U << static_cast<unsigned>(action);
}

constexpr unsigned on_create = on(ContainerAction::create);
constexpr unsigned on_run = on(ContainerAction::run);
constexpr unsigned on_start = on(ContainerAction::start);
constexpr unsigned on_close = on(ContainerAction::close);
constexpr unsigned on_monitor = on(ContainerAction::monitor);
constexpr unsigned on_new = on_create | on_run;
constexpr unsigned on_calls = 8; // so many bits higher stands what messages may not say, as where they are answered
constexpr unsigned on_all = on_new | on_start | on_close | on_monitor;

struct Field {
    std::string_view name;
    unsigned kinds;
    unsigned on;
    unsigned needed_on = 0;
};

constexpr std::array known_fields{
    Field{"image", text, on_new, on_new},
    Field{"name", text, on_all, on_all},
    Field{"response_channel", text, on_all, on_run | on_monitor},
    Field{"id", text | number, on_all},
    Field{"command", text | list, on_new},
    Field{"network", text, on_new},
    Field{"volumes", table | list, on_new},
    Field{"environment", list | table, on_new},
    Field{"build", flag, on_new},
    Field{"context", text, on_new},
    Field{"dockerfile", text, on_new},
    Field{"pull", flag | text, on_new},
    Field{"on_conflict", text, on_new},
    Field{"entrypoint", text | list, on_new},
    Field{"user", text, on_new},
    Field{"cwd", text, on_new},
    Field{"hostname", text, on_new},
    Field{"labels", table | list, on_new},
    Field{"ports", list, on_new},
    Field{"memory", text | number, on_new},
    Field{"cpus", number, on_new},
    Field{"pids", number, on_new},
    Field{"shm_size", text | number, on_new},
    Field{"gpus", number, on_new},
    Field{"platform", text, on_new},
    Field{"read_only", flag, on_new},
    Field{"init", flag, on_new},
    Field{"privileged", flag, on_new},
    Field{"cap_add", list, on_new},
    Field{"cap_drop", list, on_new},
    Field{"restart", text, on_create},
    Field{"stdin", text, on_run},
    Field{"stderr", text, on_run},
    Field{"timeout", text | number, on_new | on_close},
    Field{"remove", flag, on_run | on_close},
    Field{"exact_value", flag, on_start | on_close},
    Field{"match", text, on_start | on_close},
    Field{"limit", text | number, on_run},
    Field{"log_channel", text, on_new},
    Field{"interval", text | number, on_monitor},
    Field{"expect", text | table, on_monitor},
    Field{"once", flag, on_monitor},
    Field{"broker", text, (on_monitor | on_new) << on_calls},
};

unsigned kind_of(const Value& value)
{
    if (value.get<std::string>() != nullptr)
        return text;
    if (value.get<std::int64_t>() != nullptr || value.get<double>() != nullptr)
        return number;
    if (value.get<bool>() != nullptr)
        return flag;
    if (value.get<Array>() != nullptr)
        return list;
    return value.get<Object>() != nullptr ? table : 0U;
}

std::string words_of(unsigned kinds)
{
    constexpr std::array<std::pair<unsigned, std::string_view>, 5> words{
        {{text, "text"}, {number, "a number"}, {flag, "true or false"}, {list, "a list"}, {table, "an object"}}};
    std::string all;
    for (const auto& [kind, word] : words)
        if ((kinds & kind) != 0)
            all += (all.empty() ? "" : " or ") + std::string{word};
    return all;
}

Failure wrong(std::string_view name, const std::string& what)
{
    return {Errc::bad_arguments, "'" + std::string{name} + "' " + what};
}

std::string_view channel_of(ContainerAction action)
{
    return std::ranges::find(channels, action, &ContainerChannel::action)->channel;
}

unsigned places_of(ContainerAction action, bool is_call)
{
    return is_call ? on(action) | on(action) << on_calls : on(action);
}

Failure unknown(const std::string& name, ContainerAction action)
{
    std::vector<std::string> known;
    for (const Field& field : known_fields)
        if ((field.on & on(action)) != 0)
            known.emplace_back(field.name);
    const auto near = nearest(name, known);
    return wrong(tail(printable(name), 80),
                 "is no field of " + std::string{channel_of(action)} +
                     (near ? " (did you mean '" + *near + "'?)" : ", only " + listed(known)));
}

// As a sender may compare them, who takes it for an integer.
bool loses_digits(const Value& number)
{
    constexpr double exact = 9007199254740992.0; // 2^53
    const auto* value = number.get<double>();
    return value != nullptr && (*value >= exact || *value <= -exact);
}

Result<void> check_member(const Member& member, ContainerAction action, bool is_call)
{
    const auto field = std::ranges::find(known_fields, member.name, &Field::name);
    if (field == known_fields.end() || (field->on & places_of(action, is_call)) == 0)
        return unknown(member.name, action);
    if (!member.value.is_null() && (field->kinds & kind_of(member.value)) == 0)
        return wrong(member.name, "must be " + words_of(field->kinds) + ", not " + words_of(kind_of(member.value)));
    if (member.name == "id" && loses_digits(member.value))
        return wrong("id", "is a number with more digits than are kept: give it as text");
    return {};
}

Result<void> check_needed(const Object& message, ContainerAction action)
{
    for (const Field& field : known_fields) {
        if ((field.needed_on & on(action)) == 0)
            continue;
        const Value* value = option(message, field.name);
        const auto* content = value == nullptr ? nullptr : value->get<std::string>();
        if (content == nullptr || content->empty())
            return wrong(field.name, "is missing: " + std::string{channel_of(action)} + " needs it");
    }
    return {};
}

Result<void> check_word(const Object& message, std::string_view name, std::span<const std::string_view> words)
{
    const Value* value = option(message, name);
    const auto* word = value == nullptr ? nullptr : value->get<std::string>();
    if (word == nullptr || std::ranges::find(words, *word) != words.end())
        return {};
    std::vector<std::string> known{words.begin(), words.end()};
    return wrong(name, "must be one of " + listed(known) + ", not '" + tail(printable(*word), 40) + "'");
}

Result<void> check_words(const Object& message)
{
    constexpr std::string_view conflicts[] = {"start", "replace", "fail"};
    constexpr std::string_view outputs[] = {"separate", "merge", "drop"};
    constexpr std::string_view pulls[] = {"missing", "always", "never"};
    constexpr std::string_view matches[] = {"exact", "prefix", "contains"};
    if (auto fine = check_word(message, "on_conflict", conflicts); !fine)
        return fine;
    if (auto fine = check_word(message, "stderr", outputs); !fine)
        return fine;
    if (auto fine = check_word(message, "pull", pulls); !fine)
        return fine;
    if (auto fine = check_word(message, "match", matches); !fine)
        return fine;
    for (const std::string_view name : {"timeout", "interval"})
        if (auto duration = duration_option(message, name); !duration)
            return duration.error();
    return {};
}

// As upstream's README has it: without a word the whole name is meant.
Result<NameMatch> match_of(const Object& message)
{
    const Value* exact = option(message, "exact_value");
    const auto word = part<std::string>(message, "match");
    if (exact != nullptr && !word.empty() && *exact->get<bool>() != (word == "exact"))
        return wrong("match", "and 'exact_value' say two things: give one of them");
    if (word == "contains")
        return NameMatch::contains;
    const bool is_prefix = word == "prefix" || (word.empty() && exact != nullptr && !*exact->get<bool>());
    return is_prefix ? NameMatch::prefix : NameMatch::exact;
}

// Who answers later, or meanwhile, must know whom itself.
bool is_for_the_function(std::string_view field, ContainerAction action, bool is_logged)
{
    return action == ContainerAction::monitor || (field != "id" && field != "response_channel") ||
           (field == "id" && is_logged);
}

Result<ContainerRequest> read(ContainerAction action, const Object& message, bool is_call)
{
    for (const Member& member : message)
        if (auto fine = check_member(member, action, is_call); !fine)
            return fine.error();
    Object given = message;
    if (is_call && action == ContainerAction::run) // the caller gets it
        given.set("response_channel", "caller");
    if (auto fine = check_needed(given, action); !fine)
        return fine.error();
    if (auto fine = check_words(message); !fine)
        return fine.error();
    const auto match = match_of(message);
    if (!match)
        return match.error();
    ContainerRequest request;
    request.action = action;
    request.function = std::ranges::find(channels, action, &ContainerChannel::action)->function;
    request.name = part<std::string>(message, "name");
    request.match = *match;
    const bool is_logged = option(message, "log_channel") != nullptr;
    for (const Member& member : message)
        if (is_for_the_function(member.name, action, is_logged))
            request.fields.append(member.name, member.value);
    return request;
}

} // namespace

std::span<const ContainerChannel> container_channels()
{
    return channels;
}

Result<ContainerRequest> container_request(std::string_view channel, const Object& message)
{
    const auto known = std::ranges::find(channels, channel, &ContainerChannel::channel);
    if (known == channels.end())
        return Failure{Errc::not_found, "there is no channel '" + std::string{channel} + "' for containers"};
    return read(known->action, message, false);
}

Result<ContainerRequest> container_request(ContainerAction action, const Object& fields)
{
    return read(action, fields, true);
}

ReplyAddress reply_address(const Object& message)
{
    ReplyAddress address{part<std::string>(message, "response_channel"), {}};
    if (const Value* id = option(message, "id"); id != nullptr && (kind_of(*id) & (text | number)) != 0)
        address.id = *id;
    return address;
}

bool fits(std::string_view name, std::string_view wanted, NameMatch match)
{
    switch (match) {
    case NameMatch::exact: return name == wanted;
    case NameMatch::prefix: return name.starts_with(wanted);
    case NameMatch::contains: return name.find(wanted) != std::string_view::npos;
    }
    return false;
}

} // namespace forager
