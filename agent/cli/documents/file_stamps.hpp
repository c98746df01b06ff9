// Which of some files have changed since they were read.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>
#include <time.h>

namespace forager::cli {

class FileStamps {
public:
    /// It is about to be read.
    void note(const std::string& file) { stamps_[file] = of(file); }

    /// Those that are other ones now; each is told once. One that is away for a moment is being replaced.
    std::vector<std::string> changed();

private:
    struct Stamp {
        timespec changed{};
        off_t size = 0;
        ino_t number = 0;

        bool operator==(const Stamp& other) const;
    };

    static std::optional<Stamp> of(const std::string& file);

    std::map<std::string, std::optional<Stamp>> stamps_;
};

} // namespace forager::cli
