#include "app/agent/machine_capabilities.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace forager;

namespace {

class Set {
public:
    Set(const char* name, const char* value) : name_{name} { ::setenv(name, value, 1); }
    Set(const Set&) = delete;
    Set& operator=(const Set&) = delete;
    ~Set() { ::unsetenv(name_); }

private:
    const char* name_;
};

} // namespace

TEST_CASE("what the machine has is measured, and told in units that the server reads")
{
    const auto machine = machine_capabilities("/");
    const auto& hardware = machine.capabilities.hardware.at(0);
    CHECK(machine.cpu >= 1);
    CHECK(machine.memory > 0);
    CHECK(hardware.cpu == std::to_string(machine.cpu) + "m");
    CHECK((hardware.memory.ends_with("Mi") || hardware.memory.ends_with("Gi")));
    CHECK(colony::bytes(hardware.storage) > 0);
    CHECK(hardware.nodes == 1);
    CHECK(hardware.platform == "linux");
    CHECK(machine.capabilities.software.at(0).name == "forager");
}

TEST_CASE("the environment of Colonies' executors says it instead, and what is no number there is not taken")
{
    const Set cpu{"EXECUTOR_HW_TOTAL_CPU", "32000m"};
    const Set memory{"EXECUTOR_HW_MEM", "80Gi"};
    const Set nodes{"EXECUTOR_HW_NODES", "many"};
    const Set gpus{"EXECUTOR_HW_GPU_COUNT", "2"};
    const Set network{"EXECUTOR_HW_NETWORK", "192.0.2.7, 192.0.2.8"};
    const auto machine = machine_capabilities("/");
    const auto& hardware = machine.capabilities.hardware.at(0);
    CHECK(machine.cpu == 32'000);
    CHECK(machine.memory == 80LL << 30);
    CHECK(hardware.nodes == 1);
    CHECK(hardware.gpu.count == 2);
    CHECK(hardware.network == std::vector<std::string>{"192.0.2.7", "192.0.2.8"});
}

TEST_CASE("where the machine stands is what the environment says, and nowhere when that is no number")
{
    const Set longitude{"EXECUTOR_LOCATION_LONG", "22.15"};
    const Set latitude{"EXECUTOR_LOCATION_LAT", "north"};
    const Set words{"EXECUTOR_LOCATION_DESC", "the cellar"};
    CHECK(machine_capabilities("/").position == colonies::Position{22.15, 0, "the cellar"});
    const Set endless{"EXECUTOR_LOCATION_LONG", "inf"};
    CHECK(machine_capabilities("/").position.longitude == 0);
}

TEST_CASE("a size that the server would not read keeps nobody away")
{
    const Set cpu{"EXECUTOR_HW_CPU", "4"};
    CHECK(machine_capabilities("/").cpu == 0);
}
