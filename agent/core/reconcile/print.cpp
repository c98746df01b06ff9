#include "base/ids.hpp"
#include "core/reconcile/deployment.hpp"

#include <algorithm>
#include <cstdio>

namespace forager::reconcile {

namespace {

/// Puts values behind each other so that no two templates have one text: each with its length before it.
class Text {
public:
    void put(std::string_view value) { text_ += std::to_string(value.size()) + ":" + std::string{value}; }
    void put(std::int64_t value) { put(std::string_view{std::to_string(value)}); }

    void put(double value)
    {
        char digits[32];
        const int length = std::snprintf(digits, sizeof digits, "%.17g", value);
        put(std::string_view{digits, static_cast<std::size_t>(length)});
    }

    void put(const std::vector<std::string>& words)
    {
        put(static_cast<std::int64_t>(words.size()));
        for (const std::string& word : words)
            put(std::string_view{word});
    }

    template <class T> void put(const std::optional<T>& value)
    {
        put(std::string_view{value ? "some" : "none"});
        if (value)
            put(*value);
    }

    // A server that keeps a document may give its members in another order: that is no reason for new replicas.
    void put(std::vector<std::pair<std::string, std::string>> pairs)
    {
        std::ranges::sort(pairs);
        put(static_cast<std::int64_t>(pairs.size()));
        for (const auto& [name, value] : pairs) {
            put(std::string_view{name});
            put(std::string_view{value});
        }
    }

    void put(const Volume& volume)
    {
        put(std::string_view{volume.source});
        put(std::string_view{volume.target});
        put(std::int64_t{volume.read_only});
    }

    void put(const PortMapping& port)
    {
        put(std::int64_t{port.container});
        put(std::int64_t{port.host.value_or(0)});
        put(std::string_view{port.protocol});
    }

    void put(const HealthCheck& health)
    {
        put(health.command);
        put(std::int64_t{health.interval.count()});
        put(std::int64_t{health.timeout.count()});
        put(std::int64_t{health.retries});
    }

    template <class T> void put_all(const std::vector<T>& values)
    {
        put(static_cast<std::int64_t>(values.size()));
        for (const T& value : values)
            put(value);
    }

    const std::string& text() const { return text_; }

private:
    std::string text_;
};

} // namespace

std::string print_of(const Template& replica)
{
    constexpr std::size_t digits = 16;
    Text text;
    for (const std::string* part :
         {&replica.executor_type, &replica.image, &replica.user, &replica.cwd, &replica.network})
        text.put(std::string_view{*part});
    text.put(replica.entrypoint);
    text.put(replica.command);
    text.put(replica.env);
    text.put(replica.labels);
    text.put_all(replica.volumes);
    text.put_all(replica.ports);
    text.put(replica.cpu);
    text.put(replica.memory ? std::optional{static_cast<std::int64_t>(*replica.memory)} : std::nullopt);
    text.put(std::int64_t{replica.privileged});
    text.put(replica.health);
    text.put(replica.forced);
    return derived_id(text.text(), "template").substr(0, digits);
}

} // namespace forager::reconcile
