#include "app/brokers.hpp"

#include "base/ids.hpp"
#include "clients/mqtt/broker.hpp"
#include "clients/redis/broker.hpp"
#include "io/machine.hpp"

#include <map>
#include <memory>
#include <utility>

namespace forager {

namespace {

constexpr std::string_view redis_name = "redis";
constexpr std::string_view mqtt_name = "mqtt";

// Who the agent is where the URL does not say it, and whom it trusts.
template <class Config, class Given> void add_access(Config& config, const Given& given)
{
    if (config.address.user.empty())
        config.address.user = given.user;
    if (config.address.password.empty())
        config.address.password = given.password.reveal();
    config.tls.ca_file = given.ca_file;
    config.tls.cert_file = given.cert_file;
    config.tls.key_file = given.key_file;
}

Result<std::shared_ptr<Broker>> make_redis(const config::RedisConfig& settings, App& app)
{
    auto address = redis::parse_address(settings.url);
    if (!address)
        return Failure{address.error().code, "[redis] url: " + address.error().message};
    redis::Config config;
    config.address = std::move(*address);
    add_access(config, settings);
    return std::make_shared<redis::RedisBroker>(app.executor(), app.pool(), app.clock(), std::move(config));
}

Result<std::shared_ptr<Broker>> make_mqtt(const config::Settings& settings, App& app)
{
    const config::MqttConfig& given = settings.mqtt;
    auto address = mqtt::parse_address(given.url);
    if (!address)
        return Failure{address.error().code, "[mqtt] url: " + address.error().message};
    mqtt::Config config;
    config.address = std::move(*address);
    add_access(config, given);
    const std::string agent = settings.agent.name.empty() ? machine_facts("/").name : settings.agent.name;
    // A second client of one name would drive out the first.
    constexpr std::size_t enough = 8;
    config.client_id = (given.client_id.empty() ? agent : given.client_id) + "-" +
                       make_id(app.random().next(), app.random().next()).substr(0, enough);
    return std::make_shared<mqtt::MqttBroker>(app.executor(), app.pool(), app.clock(), std::move(config));
}

Result<std::shared_ptr<Broker>> make(std::string_view name, const config::Settings& settings, App& app)
{
    if (name == redis_name && !settings.redis.url.empty())
        return make_redis(settings.redis, app);
    if (name == mqtt_name && !settings.mqtt.url.empty())
        return make_mqtt(settings, app);
    if (name.empty())
        return Failure{Errc::refused, "no broker is configured: set [redis] url, or [mqtt] url"};
    if (name == redis_name)
        return Failure{Errc::refused, "there is no Redis: set [redis] url, or REDIS_URL"};
    if (name == mqtt_name)
        return Failure{Errc::refused, "there is no MQTT broker: set [mqtt] url"};
    return Failure{Errc::bad_arguments,
                   "there is no broker '" + std::string{name} + "': there are \"redis\" and \"mqtt\""};
}

using Desks = std::map<std::string, std::unique_ptr<BrokerDesk>, std::less<>>;

} // namespace

std::vector<std::string> broker_names(const config::Settings& settings)
{
    std::vector<std::string> names;
    if (!settings.redis.url.empty())
        names.emplace_back(redis_name);
    if (!settings.mqtt.url.empty())
        names.emplace_back(mqtt_name);
    return names;
}

std::string stream_consumer(const config::Settings& settings)
{
    const std::string name = settings.agent.name.empty() ? machine_facts("/").name : settings.agent.name;
    return name + " " + settings.agent.state_dir;
}

BrokerAccess broker_access(const config::Settings& settings, App& app)
{
    // Copies of the access share them.
    return [&settings, &app, desks = std::make_shared<Desks>()](std::string_view wanted) -> Result<BrokerDesk*> {
        const std::vector<std::string> names = broker_names(settings);
        const std::string name = wanted.empty() && !names.empty() ? names.front() : std::string{wanted};
        if (const auto known = desks->find(name); known != desks->end())
            return known->second.get();
        auto broker = make(name, settings, app);
        if (!broker)
            return broker.error();
        const std::string id = make_id(app.random().next(), app.random().next());
        auto desk = std::make_unique<BrokerDesk>(app.executor(), app.clock(), std::move(*broker), id);
        return desks->emplace(name, std::move(desk)).first->second.get();
    };
}

} // namespace forager
