#include "primitives/kubernetes/options.hpp"

#include "base/duration.hpp"
#include "base/size.hpp"
#include "base/text.hpp"
#include "core/options.hpp"
#include "primitives/kubernetes/mounts.hpp"
#include "primitives/kubernetes/security.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <vector>

namespace forager::kubernetes_work {

namespace {

using Text = std::string;

constexpr std::array<std::string_view, 17> pod_words{
    "image", "command",   "args",           "env",  "cwd",  "cpu",     "memory",     "gpus", "ports", "volumes",
    "user",  "read_only", "new_privileges", "pull", "node", "account", "pull_secret"};
constexpr const char* deployment_label = "forager.deployment";

Failure wrong(std::string_view name, const Text& why)
{
    return {Errc::bad_arguments, Text{name} + " " + why};
}

// What no object can carry, or no program be given.
Result<void> can_be_told(std::string_view name, std::string_view text)
{
    if (is_utf8(text) && text.find('\0') == std::string_view::npos)
        return {};
    return wrong(name, "must be UTF-8, and without a zero byte");
}

std::optional<Text> word_of(const Value& value)
{
    if (const auto* text = value.get<Text>())
        return *text;
    if (const auto* number = value.get<std::int64_t>())
        return std::to_string(*number);
    return std::nullopt;
}

Result<Array> words_option(const Object& options, std::string_view name)
{
    const Value* value = option(options, name);
    if (value == nullptr)
        return Array{};
    const auto* list = value->get<Array>();
    if (list == nullptr)
        return wrong(name, "must be a list of words, not a " + Text{value->type_name()});
    Array words;
    for (const Value& item : *list) {
        const auto word = word_of(item);
        if (!word)
            return wrong(name, "must be a list of words, and holds a " + Text{item.type_name()});
        if (auto fine = can_be_told(name, *word); fine.has_error())
            return fine.error();
        words.emplace_back(literally(*word));
    }
    return words;
}

// A text is a line for the shell of the container, as `sh` has it.
Result<Array> command_option(const Object& options)
{
    const Value* value = option(options, "command");
    const auto* line = value == nullptr ? nullptr : value->get<Text>();
    if (line == nullptr)
        return words_option(options, "command");
    if (auto fine = can_be_told("command", *line); fine.has_error())
        return fine.error();
    Array words{Value{"/bin/sh"}, Value{"-c"}, Value{literally(*line)}};
    return words;
}

Result<Array> env_option(const Object& options)
{
    auto texts = texts_option(options, "env");
    if (texts.has_error())
        return texts.error();
    Array variables;
    for (Member& member : *texts)
        variables.emplace_back(Object{{"name", member.name}, {"value", literally(*member.value.get<Text>())}});
    return variables;
}

Result<Array> ports_option(const Object& options)
{
    const Value* value = option(options, "ports");
    if (value == nullptr)
        return Array{};
    const auto* list = value->get<Array>();
    Array ports;
    for (const Value& item : list == nullptr ? Array{} : *list)
        if (const auto* number = item.get<std::int64_t>())
            ports.emplace_back(Object{{"containerPort", *number}});
    if (list == nullptr || ports.size() != list->size())
        return wrong("ports", "must be a list of port numbers");
    return ports;
}

// "500m" and "64Mi" as Kubernetes has them; a number of cores, a number of bytes, "64MB".
Result<Object> limits_of(const Object& options)
{
    Object limits;
    if (const Value* cpu = option(options, "cpu")) {
        const auto* cores = cpu->get<double>();
        const auto word = cores != nullptr
                              ? std::optional{std::to_string(static_cast<std::int64_t>(*cores * 1000)) + "m"}
                              : word_of(*cpu);
        if (!word)
            return wrong("cpu", R"(must be a number of cores or a text like "500m")");
        limits.append("cpu", *word);
    }
    if (const Value* memory = option(options, "memory")) {
        auto word = word_of(*memory);
        if (!word)
            return wrong("memory", R"(must be a number of bytes or a text like "64Mi")");
        if (word->ends_with('B'))
            if (const auto bytes = parse_size(*word))
                word = std::to_string(*bytes);
        limits.append("memory", *word);
    }
    auto gpus = whole_option(options, "gpus");
    if (gpus.has_error())
        return gpus.error();
    if (*gpus)
        limits.append("nvidia.com/gpu", std::to_string(**gpus));
    return limits;
}

template <class T> void add_unless_empty(Object& object, const char* name, T content)
{
    if (!content.empty())
        object.append(name, std::move(content));
}

Result<void> add_text(Object& object, const char* member, const Object& options, std::string_view name)
{
    auto text = text_option(options, name);
    if (text.has_error())
        return text.error();
    if (*text)
        object.append(member, std::move(**text));
    return {};
}

Result<Text> pull_policy(const Object& options)
{
    auto pull = text_option(options, "pull");
    if (pull.has_error())
        return pull.error();
    const Text word = pull->value_or("missing");
    if (word == "missing")
        return Text{"IfNotPresent"};
    if (word == "always")
        return Text{"Always"};
    if (word == "never")
        return Text{"Never"};
    return wrong("pull", "must be missing, always or never, not '" + word + "'");
}

Result<Object> container_of(const Object& options, const Text& name, Array mounts, Object security)
{
    auto image = text_option(options, "image");
    if (image.has_error())
        return image.error();
    if (!*image || (*image)->empty())
        return wrong("image", "is missing");
    auto command = command_option(options);
    auto args = words_option(options, "args");
    auto env = env_option(options);
    auto ports = ports_option(options);
    auto limits = limits_of(options);
    auto pull = pull_policy(options);
    if (const auto failure = first_failure(command, args, env, ports, limits, pull))
        return *failure;
    Object container{{"name", name}, {"image", std::move(**image)}, {"imagePullPolicy", std::move(*pull)}};
    add_unless_empty(container, "command", std::move(*command));
    add_unless_empty(container, "args", std::move(*args));
    add_unless_empty(container, "env", std::move(*env));
    add_unless_empty(container, "ports", std::move(*ports));
    if (!limits->empty()) // what is not requested is what is limited
        container.append("resources", Object{{"limits", std::move(*limits)}});
    if (auto added = add_text(container, "workingDir", options, "cwd"); added.has_error())
        return added.error();
    add_unless_empty(container, "volumeMounts", std::move(mounts));
    add_unless_empty(container, "securityContext", std::move(security));
    return container;
}

Result<Text> needed_name(const Object& options)
{
    auto name = text_option(options, "name");
    if (name.has_error())
        return name.error();
    if (!*name || (*name)->empty())
        return wrong("name", "is missing");
    return std::move(**name);
}

} // namespace

std::span<const std::string_view> pod_options()
{
    return pod_words;
}

Result<void> only_options(std::string_view what, const Object& options, std::span<const std::string_view> some,
                          std::span<const std::string_view> more)
{
    std::vector<Text> known{some.begin(), some.end()};
    known.insert(known.end(), more.begin(), more.end());
    for (const Member& member : options) {
        if (std::ranges::find(known, member.name) != known.end())
            continue;
        const auto near = nearest(member.name, known);
        return Failure{Errc::bad_arguments, Text{what} + ": there is no option '" + member.name + "'" +
                                                (near ? ", did you mean '" + *near + "'?" : "")};
    }
    return {};
}

Text literally(std::string_view text)
{
    Text literal;
    for (const char letter : text)
        literal.append(letter == '$' ? 2 : 1, letter);
    return literal;
}

Result<void> can_be_replicas(std::int64_t count)
{
    constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max(); // what the API's field can hold
    if (count >= 0 && count <= most)
        return {};
    return wrong("replicas", "must be from 0 to " + std::to_string(most) + ", not " + std::to_string(count));
}

Result<Object> texts_option(const Object& options, std::string_view name)
{
    const Value* value = option(options, name);
    if (value == nullptr)
        return Object{};
    const auto* table = value->get<Object>();
    const auto* list = value->get<Array>();
    if (list != nullptr && list->empty()) // an empty table of Lua may be either
        return Object{};
    if (table == nullptr)
        return wrong(name, "must be a table of names and texts, not a " + Text{value->type_name()});
    Object texts;
    for (const Member& member : *table) {
        auto word = word_of(member.value);
        if (!word)
            return wrong(name, "'" + member.name + "' must be a text, not a " + Text{member.value.type_name()});
        if (auto fine = can_be_told(name, member.name + *word); fine.has_error())
            return fine.error();
        texts.append(member.name, std::move(*word));
    }
    return texts;
}

Result<Text> labels_option(const Object& options, std::string_view name)
{
    const Value* value = option(options, name);
    if (const auto* text = value == nullptr ? nullptr : value->get<Text>())
        return *text;
    auto labels = texts_option(options, name);
    if (labels.has_error())
        return labels.error();
    Text selector;
    for (const Member& label : *labels)
        selector += (selector.empty() ? "" : ",") + label.name + "=" + *label.value.get<Text>();
    return selector;
}

Result<Object> pod_spec_of(const Object& options, const Text& container_name)
{
    auto mounts = mounts_of(options);
    auto security = security_of(options);
    auto node = texts_option(options, "node");
    if (const auto failure = first_failure(mounts, security, node))
        return *failure;
    auto container = container_of(options, container_name, std::move(mounts->mounts), std::move(security->container));
    if (container.has_error())
        return container;
    Array containers;
    containers.emplace_back(std::move(*container));
    Object spec{{"containers", std::move(containers)}};
    add_unless_empty(spec, "volumes", std::move(mounts->volumes));
    add_unless_empty(spec, "securityContext", std::move(security->pod));
    if (!node->empty())
        spec.append("nodeSelector", std::move(*node));
    if (auto added = add_text(spec, "serviceAccountName", options, "account"); added.has_error())
        return added.error();
    auto secret = text_option(options, "pull_secret");
    if (secret.has_error())
        return secret.error();
    if (*secret) {
        Array secrets;
        secrets.emplace_back(Object{{"name", std::move(**secret)}});
        spec.append("imagePullSecrets", std::move(secrets));
    }
    return spec;
}

Result<Object> deployment_of(const Object& options)
{
    constexpr std::string_view more[] = {"name", "replicas", "labels", "namespace"};
    if (auto fine = only_options("k8s.deploy", options, pod_words, more); fine.has_error())
        return fine.error();
    auto name = needed_name(options);
    auto replicas = whole_option(options, "replicas");
    auto labels = texts_option(options, "labels");
    if (const auto failure = first_failure(name, replicas, labels))
        return *failure;
    auto spec = pod_spec_of(options, *name);
    if (spec.has_error())
        return spec;
    if (auto fine = can_be_replicas(replicas->value_or(1)); fine.has_error())
        return fine.error();
    const Object chosen{{deployment_label, *name}};
    Object all = std::move(*labels);
    all.set(deployment_label, *name);
    return Object{
        {"metadata", Object{{"name", *name}, {"labels", all}}},
        {"spec", Object{{"replicas", replicas->value_or(1)},
                        {"selector", Object{{"matchLabels", chosen}}},
                        {"template", Object{{"metadata", Object{{"labels", all}}}, {"spec", std::move(*spec)}}}}}};
}

Result<Object> job_of(const Object& options, const Text& name)
{
    auto labels = texts_option(options, "labels");
    auto timeout = duration_option(options, "timeout");
    if (const auto failure = first_failure(labels, timeout))
        return *failure;
    auto spec = pod_spec_of(options, "job");
    if (spec.has_error())
        return spec;
    spec->append("restartPolicy", "Never");
    spec->append("terminationGracePeriodSeconds", 1);
    labels->set("forager.job", name);
    // The agent removes it: these are for an agent that dies meanwhile.
    constexpr int kept_seconds = 600;
    Object job{{"backoffLimit", 0},
               {"ttlSecondsAfterFinished", kept_seconds},
               {"template", Object{{"metadata", Object{{"labels", *labels}}}, {"spec", std::move(*spec)}}}};
    if (*timeout)
        job.append("activeDeadlineSeconds", std::chrono::ceil<std::chrono::seconds>(**timeout).count() + 1);
    return Object{{"metadata", Object{{"name", name}, {"labels", std::move(*labels)}}}, {"spec", std::move(job)}};
}

} // namespace forager::kubernetes_work
