#include "app/agent/machine_capabilities.hpp"

#include "base/text.hpp"
#include "base/version.hpp"
#include "io/machine.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <initializer_list>

namespace forager {

namespace {

// Of the first variable that is set.
std::string or_measured(std::initializer_list<const char*> names, std::string measured)
{
    for (const char* name : names)
        if (const char* text = std::getenv(name); text != nullptr && *text != '\0')
            return text;
    return measured;
}

std::int64_t or_measured(std::initializer_list<const char*> names, std::int64_t measured)
{
    const std::string text = or_measured(names, std::string{});
    std::int64_t number = measured;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

double or_zero(const char* name)
{
    const std::string text = or_measured({name}, std::string{});
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return std::isfinite(number) ? number : 0;
}

// Whole units, of which the server takes these three for sure.
std::string size_text(std::int64_t bytes)
{
    constexpr std::int64_t mebi = 1 << 20;
    constexpr std::int64_t gibi = 1 << 30;
    return bytes >= 16 * gibi ? std::to_string(bytes / gibi) + "Gi" : std::to_string(bytes / mebi) + "Mi";
}

std::vector<std::string> addresses(const MachineFacts& facts)
{
    const std::string given = or_measured({"EXECUTOR_HW_NETWORK"}, std::string{});
    if (given.empty())
        return facts.addresses;
    std::vector<std::string> list;
    for (const std::string_view one : split(given, ','))
        list.emplace_back(trimmed(one));
    return list;
}

colonies::Hardware hardware_of(const MachineFacts& facts)
{
    colonies::Hardware hardware;
    hardware.model = or_measured({"EXECUTOR_HW_MODEL"}, facts.model);
    hardware.nodes = or_measured({"EXECUTOR_HW_NODES"}, 1);
    hardware.cpu = or_measured({"EXECUTOR_HW_CPU", "EXECUTOR_HW_TOTAL_CPU"}, std::to_string(facts.millicores) + "m");
    hardware.cores = or_measured({"EXECUTOR_HW_CPU_CORES"}, (facts.millicores + 999) / 1000);
    hardware.memory = or_measured({"EXECUTOR_HW_MEM", "EXECUTOR_HW_TOTAL_MEM"}, size_text(facts.memory));
    hardware.storage = or_measured({"EXECUTOR_HW_STORAGE"}, size_text(facts.storage));
    hardware.gpu.name = or_measured({"EXECUTOR_HW_GPU_NAME"}, facts.gpus.model);
    hardware.gpu.memory = or_measured({"EXECUTOR_HW_GPU_MEM"}, std::string{});
    hardware.gpu.count = or_measured({"EXECUTOR_HW_GPU_COUNT"}, facts.gpus.count);
    hardware.gpu.node_count = or_measured({"EXECUTOR_HW_GPU_NODES_COUNT"}, facts.gpus.count > 0 ? 1 : 0);
    hardware.platform = or_measured({"EXECUTOR_HW_PLATFORM"}, std::string{"linux"});
    hardware.architecture = or_measured({"EXECUTOR_HW_ARCHITECTURE"}, facts.architecture);
    hardware.network = addresses(facts);
    return hardware;
}

colonies::Software software_of()
{
    return {or_measured({"EXECUTOR_SW_NAME"}, std::string{"forager"}),
            or_measured({"EXECUTOR_SW_TYPE"}, std::string{"agent"}),
            or_measured({"EXECUTOR_SW_VERSION"}, std::string{version})};
}

colonies::Position position()
{
    return {or_zero("EXECUTOR_LOCATION_LONG"), or_zero("EXECUTOR_LOCATION_LAT"),
            or_measured({"EXECUTOR_LOCATION_DESC"}, std::string{})};
}

} // namespace

colony::Machine machine_capabilities(const std::string& folder)
{
    const MachineFacts facts = machine_facts(folder);
    colony::Machine machine;
    const colonies::Hardware hardware = hardware_of(facts);
    machine.cpu = colony::millicores(hardware.cpu);
    machine.memory = colony::bytes(hardware.memory);
    machine.capabilities.hardware = {hardware};
    machine.capabilities.software = {software_of()};
    machine.position = position();
    return machine;
}

} // namespace forager
