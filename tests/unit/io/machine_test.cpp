#include "io/machine.hpp"

#include "temp_folder.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

using namespace forager;
using namespace forager::test;

namespace {

struct FakeMachine {
    TempFolder folder;

    void write(const std::string& path, const std::string& text)
    {
        const std::filesystem::path whole = folder.path() + path;
        std::filesystem::create_directories(whole.parent_path());
        std::ofstream{whole} << text;
    }
    MachineFacts facts() { return machine_facts(folder.path(), folder.path()); }
};

} // namespace

TEST_CASE("what cannot be told is left empty")
{
    FakeMachine machine;
    const MachineFacts facts = machine.facts();
    CHECK(facts.model.empty());
    CHECK(facts.memory == 0);
    CHECK(facts.gpus.count == 0);
    CHECK(facts.millicores >= 1000);
    CHECK(facts.storage > 0);
    CHECK_FALSE(facts.name.empty());
    CHECK(machine_facts("/no/such/folder").storage == 0);
}

TEST_CASE("the model is the board's, or the processor's")
{
    FakeMachine machine;
    machine.write("/proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n");
    CHECK(machine.facts().model == "Some CPU @ 2 GHz");
    machine.write("/proc/device-tree/model", std::string{"Some Board\0", 11});
    CHECK(machine.facts().model == "Some Board");
}

TEST_CASE("memory and processors are those of the machine, or of the cgroup where it has fewer")
{
    FakeMachine machine;
    machine.write("/proc/meminfo", "MemTotal:        2048 kB\nMemFree: 1 kB\n");
    CHECK(machine.facts().memory == 2048 * 1024);
    const std::int64_t all = machine.facts().millicores;
    machine.write("/proc/self/cgroup", "12:cpu:/old\n0::/a.slice/b.service\n");
    machine.write("/sys/fs/cgroup/a.slice/b.service/memory.max", "max\n");
    machine.write("/sys/fs/cgroup/a.slice/b.service/cpu.max", "max 100000\n");
    CHECK(machine.facts().memory == 2048 * 1024);
    CHECK(machine.facts().millicores == all);
    machine.write("/sys/fs/cgroup/a.slice/b.service/memory.max", "1048576\n");
    machine.write("/sys/fs/cgroup/a.slice/b.service/cpu.max", "50000 100000\n");
    CHECK(machine.facts().memory == 1048576);
    CHECK(machine.facts().millicores == 500);
}

TEST_CASE("a limit of a cgroup above counts, too")
{
    FakeMachine machine;
    machine.write("/proc/meminfo", "MemTotal:        2048 kB\n");
    machine.write("/proc/self/cgroup", "0::/a.slice/b.service\n");
    machine.write("/sys/fs/cgroup/a.slice/memory.max", "4096\n");
    machine.write("/sys/fs/cgroup/a.slice/cpu.max", "25000 100000\n");
    machine.write("/sys/fs/cgroup/a.slice/b.service/memory.max", "8192\n");
    CHECK(machine.facts().memory == 4096);
    CHECK(machine.facts().millicores == 250);
}

TEST_CASE("the limits of the outermost cgroup count in a container that is one")
{
    FakeMachine machine;
    machine.write("/proc/meminfo", "MemTotal:        2048 kB\n");
    machine.write("/proc/self/cgroup", "0::/\n");
    machine.write("/sys/fs/cgroup/memory.max", "4096\n");
    machine.write("/sys/fs/cgroup/cpu.max", "junk");
    CHECK(machine.facts().memory == 4096);
    CHECK(machine.facts().millicores >= 1000);
}

TEST_CASE("graphics processors are counted")
{
    FakeMachine machine;
    machine.write("/proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t Some GPU\nIRQ: 1\n");
    machine.write("/proc/driver/nvidia/gpus/0000:02:00.0/information", "Model: \t\t Some GPU\n");
    CHECK(machine.facts().gpus.count == 2);
    CHECK(machine.facts().gpus.model == "Some GPU");
}
