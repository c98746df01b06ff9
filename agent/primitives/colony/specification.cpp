#include "primitives/colony/specification.hpp"

#include "base/size.hpp"
#include "clients/colonies/numbers.hpp"
#include "clients/colonies/types/function_spec.hpp"
#include "core/options.hpp"

#include <chrono>
#include <cmath>
#include <utility>

namespace forager {

namespace {

constexpr std::int64_t most_priority = 50'000;
constexpr std::size_t most_channels = 100;
constexpr std::int64_t mebibyte = std::int64_t{1024} * 1024;

Failure bad(const std::string& message)
{
    return {Errc::bad_arguments, message};
}

// Takes options out of a table one after the other; the first that is wrong stays.
class Taker {
public:
    explicit Taker(const Object& options) : options_{options} {}

    const std::optional<Failure>& failure() const { return failure_; }

    void text(std::string_view name, std::string& target) { assign(text_option(options_, name), target); }
    void whole(std::string_view name, std::int64_t& target) { assign(whole_option(options_, name), target); }

    void duration(std::string_view name, std::optional<Duration>& target)
    {
        if (auto taken = duration_option(options_, name); !taken)
            fail(taken.error());
        else
            target = *taken;
    }

    template <class T> void content(std::string_view name, T& target, std::string_view wanted)
    {
        const Value* value = option(options_, name);
        if (value == nullptr)
            return;
        if (const T* content = value->get<T>())
            target = *content;
        else if (!is_empty_table(*value))
            fail(wrong(name, wanted, *value));
    }

    void texts(std::string_view name, std::vector<std::string>& target)
    {
        Array list;
        content(name, list, "a list of strings");
        for (const Value& item : list) {
            const auto* text = item.get<std::string>();
            if (text == nullptr)
                return fail(wrong(name, "a list of strings", item));
            target.push_back(*text);
        }
    }

    void variables(std::string_view name, std::map<std::string, std::string>& target)
    {
        Object table;
        content(name, table, "a table of strings");
        for (const Member& member : table) {
            const auto* text = member.value.get<std::string>();
            if (text == nullptr)
                return fail(wrong(std::string{name} + "." + member.name, "a string", member.value));
            target[member.name] = *text;
        }
    }

    // Cores as a number, or thousandths as the server writes them.
    void cores(std::string_view name, std::int64_t& millicores)
    {
        constexpr double most = 1'000'000;
        const Value* value = option(options_, name);
        if (value == nullptr)
            return;
        double cores = -1;
        if (const auto* whole = value->get<std::int64_t>())
            cores = static_cast<double>(*whole);
        else if (const auto* number = value->get<double>())
            cores = *number;
        else if (const auto* text = value->get<std::string>(); text != nullptr && text->ends_with('m'))
            cores = thousandths(*text);
        if (!(cores >= 0 && cores <= most))
            return fail(bad(quoted(name) + R"( must be a number of cores (0.5), or text as "500m")"));
        millicores = static_cast<std::int64_t>(std::ceil(cores * 1000));
    }

    void size(std::string_view name, std::int64_t& bytes)
    {
        const Value* value = option(options_, name);
        if (value == nullptr)
            return;
        const auto* whole = value->get<std::int64_t>();
        const auto* text = value->get<std::string>();
        const auto read = text == nullptr ? std::nullopt : parse_size(*text);
        if (read)
            bytes = static_cast<std::int64_t>(*read);
        else if (whole != nullptr && *whole >= 0)
            bytes = *whole;
        else
            fail(bad(quoted(name) + R"( must be a size ("512MB"), or a number of bytes)"));
    }

private:
    static std::string quoted(std::string_view name) { return "'" + std::string{name} + "'"; }

    static Failure wrong(std::string_view name, std::string_view wanted, const Value& value)
    {
        return bad(quoted(name) + " must be " + std::string{wanted} + ", not " + std::string{value.type_name()});
    }

    // An empty table of Lua is neither a list nor an object.
    static bool is_empty_table(const Value& value)
    {
        const auto* list = value.get<Array>();
        const auto* table = value.get<Object>();
        return (list != nullptr && list->empty()) || (table != nullptr && table->empty());
    }

    static double thousandths(const std::string& text)
    {
        const std::string digits = text.substr(0, text.size() - 1);
        const bool good =
            !digits.empty() && digits.size() <= 9 && digits.find_first_not_of("0123456789") == digits.npos;
        return good ? std::stod(digits) / 1000 : -1;
    }

    template <class T> void assign(Result<std::optional<T>> taken, T& target)
    {
        if (!taken)
            fail(taken.error());
        else if (*taken)
            target = std::move(**taken);
    }

    void fail(Failure failure)
    {
        if (!failure_)
            failure_ = std::move(failure);
    }

    const Object& options_;
    std::optional<Failure> failure_;
};

// The server counts whole seconds: what begins a second gets all of it. A limit of 0 would be over at once.
std::int64_t seconds_of(const std::optional<Duration>& limit)
{
    return limit ? std::chrono::ceil<std::chrono::seconds>(*limit).count() : -1;
}

Result<void> check(const ColonyCall& call)
{
    if (call.function.empty())
        return bad("a function is needed, by its name");
    if (call.executor.empty())
        return bad("'executor' must be the type of an executor, not empty");
    if ((call.timeout && *call.timeout <= Duration::zero()) || (call.max_wait && *call.max_wait <= Duration::zero()))
        return bad("'timeout' and 'max_wait' must be longer than nothing");
    if (call.retries < -1)
        return bad("'retries' must be 0 or more, or -1 for ever");
    if (call.priority > most_priority || call.priority < -most_priority)
        return bad("'priority' must be from -50000 to 50000, not " + std::to_string(call.priority));
    if (call.channels.size() > most_channels)
        return bad("'channels': a process has at most 100");
    auto number = colonies::rounded_number(Value{call.args}, "args");
    if (!number)
        number = colonies::rounded_number(Value{call.kwargs}, "kwargs");
    if (number)
        return bad(*number + ", which the colony's server would round: give it as a string");
    return {};
}

} // namespace

Result<ColonyCall> colony_call(std::string function, const Object& options)
{
    ColonyCall call;
    call.function = std::move(function);
    Taker take{options};
    take.content("args", call.args, "a list");
    take.content("kwargs", call.kwargs, "a table of named arguments");
    take.text("executor", call.executor);
    take.texts("executor_names", call.executor_names);
    take.text("location", call.location);
    take.duration("timeout", call.timeout);
    take.duration("max_wait", call.max_wait);
    take.whole("retries", call.retries);
    take.whole("priority", call.priority);
    take.text("label", call.label);
    take.variables("env", call.env);
    take.texts("channels", call.channels);
    take.cores("cpu", call.millicores);
    take.size("memory", call.memory);
    take.text("node", call.node);
    take.texts("after", call.after);
    if (take.failure())
        return *take.failure();
    return call;
}

Result<colonies::FunctionSpec> specification_of(ColonyCall call, std::string colony)
{
    if (const auto good = check(call); !good)
        return good.error();
    colonies::FunctionSpec spec;
    spec.node = std::move(call.node);
    spec.function = std::move(call.function);
    spec.args = std::move(call.args);
    spec.kwargs = std::move(call.kwargs);
    spec.priority = call.priority;
    spec.max_wait_time = seconds_of(call.max_wait);
    spec.max_exec_time = seconds_of(call.timeout);
    spec.max_retries = call.retries;
    spec.label = std::move(call.label);
    spec.env = std::move(call.env);
    spec.channels = std::move(call.channels);
    spec.conditions.colony = std::move(colony);
    spec.conditions.executor_type = std::move(call.executor);
    spec.conditions.executor_names = std::move(call.executor_names);
    spec.conditions.location = std::move(call.location);
    spec.conditions.dependencies = std::move(call.after);
    if (call.millicores > 0)
        spec.conditions.cpu = std::to_string(call.millicores) + "m";
    if (call.memory > 0)
        spec.conditions.memory = std::to_string((call.memory + mebibyte - 1) / mebibyte) + "Mi";
    return spec;
}

} // namespace forager
