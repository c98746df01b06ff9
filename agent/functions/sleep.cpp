// sleep.sleep: waits for some milliseconds.
#include "functions/builtin.hpp"
#include "functions/builtin_function.hpp"

#include "base/duration.hpp"
#include "base/text.hpp"

#include <charconv>

namespace forager {

namespace {

Failure no_number(const std::string& text)
{
    return invalid_argument(", could not convert to int: '" + tail(text, 80) +
                            "' is not a number of milliseconds from 0 up");
}

Result<Duration> in_milliseconds(double amount, const std::string& shown)
{
    if (auto duration = duration_from_seconds(amount / 1000))
        return *duration;
    return no_number(shown);
}

// Upstream takes text; a number is what anybody would try first.
Result<Duration> pause_of(const Value& value)
{
    if (const auto* whole = value.get<std::int64_t>())
        return in_milliseconds(static_cast<double>(*whole), std::to_string(*whole));
    if (const auto* number = value.get<double>())
        return in_milliseconds(*number, std::to_string(*number));
    const auto* text = value.get<std::string>();
    if (text == nullptr)
        return invalid_argument(", not string: a " + std::string{value.type_name()});
    std::int64_t amount = 0;
    const char* const end = text->data() + text->size();
    const auto [parsed, error] = std::from_chars(text->data(), end, amount);
    if (error != std::errc{} || parsed != end)
        return no_number(*text);
    return in_milliseconds(static_cast<double>(amount), *text);
}

class Sleep final : public Handler {
public:
    explicit Sleep(Clock& clock) : clock_{clock} {}

    boost::asio::awaitable<Outcome> run(const Invocation&, std::vector<Value> args, Observer&) override
    {
        auto pause = pause_of(args.front());
        if (!pause)
            co_return pause.error();
        co_await sleep_for(clock_, *pause);
        co_return Outputs{};
    }

private:
    Clock& clock_;
};

} // namespace

void add_sleep(Registry& registry, Clock& clock)
{
    Function sleep;
    sleep.name = "sleep.sleep";
    sleep.doc = "Waits for so many milliseconds.";
    sleep.parameters = {{"milliseconds", Type::any, {}}};
    sleep.refusal = "Invalid argument";
    add_function(registry, std::move(sleep), std::make_shared<Sleep>(clock));
}

} // namespace forager
