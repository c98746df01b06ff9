// What tests ask about processes and descriptors of the machine.
#pragma once

#include <unistd.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace forager::test {

/// An argument for `sleep` that no other process has: an hour, with this test's own digits behind the point.
inline std::string own_hour()
{
    static int count = 0;
    return "3600." + std::to_string(getpid()) + '0' + std::to_string(++count);
}

/// How many living processes have `text` in their command line.
inline int processes_with(const std::string& text)
{
    int count = 0;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc", ignored}) {
        if (std::isdigit(static_cast<unsigned char>(entry.path().filename().string().front())) == 0)
            continue;
        std::ifstream file{entry.path() / "cmdline", std::ios::binary};
        // A stream, unlike its iterators, bears that the process goes while it is read.
        std::string line(std::size_t{64} * 1024, '\0');
        file.read(line.data(), static_cast<std::streamsize>(line.size()));
        count += line.find(text) != std::string::npos ? 1 : 0;
    }
    return count;
}

inline std::ptrdiff_t open_descriptors()
{
    using Folder = std::filesystem::directory_iterator;
    return std::distance(Folder{"/proc/self/fd"}, Folder{});
}

} // namespace forager::test
