// What a keeper tells whoever listens to it: first how far its command is, then what it writes, last how it ended.
// The file of a result holds the same words. They are what agents of other versions understand: new ones are added,
// none is changed.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "io/process/capture.hpp"
#include "ports/process_runner.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace forager {

/// It runs, as this process and for so long already.
struct KeptBegun {
    pid_t process = -1;
    Duration age{};
};

/// What is kept of one output before the words that follow.
struct KeptSoFar {
    Stream stream = Stream::out;
    Capture::State state;
};

struct KeptBytes {
    Stream stream = Stream::out;
    std::string bytes;
};

/// `status` is what the system's `wait` gave.
struct KeptEnd {
    int status = 0;
    Duration elapsed{};
};

/// It could not be started.
struct KeptFailure {
    Failure failure;
};

using KeeperWord = std::variant<KeptBegun, KeptSoFar, KeptBytes, KeptEnd, KeptFailure>;

std::string packed(const KeeperWord& word);

/// Makes words of pieces of a stream.
class KeeperWords {
public:
    void add(std::string_view bytes) { begun_.append(bytes); }

    /// The next one that is complete. Words of a kind that is not known are skipped.
    std::optional<KeeperWord> next();

private:
    std::string begun_;
};

} // namespace forager
