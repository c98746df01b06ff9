// What this machine has, as the work on it may use it. Asked once at the start; reads the kernel's files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace forager {

struct Gpus {
    std::string model;
    std::int64_t count = 0;
};

struct MachineFacts {
    std::string name;                   ///< the host's
    std::string model;                  ///< of the board or the processor; may be empty
    std::string architecture;           ///< as the kernel calls it: "x86_64", "aarch64"
    std::int64_t millicores = 0;        ///< processors that this process may use, by its cgroup's limit, too
    std::int64_t memory = 0;            ///< bytes, the same
    std::int64_t storage = 0;           ///< bytes of the file system of `folder`
    std::vector<std::string> addresses; ///< those that others can reach, without the link-local ones
    Gpus gpus;                          ///< with NVIDIA's driver; other makers' are not looked for
};

/// What cannot be told is left empty. `root` stands before the kernel's paths, for tests.
MachineFacts machine_facts(const std::string& folder, const std::string& root = {});

} // namespace forager
