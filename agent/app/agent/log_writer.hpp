// Writes the agent's log lines where they belong. What may stall (a pipe, a terminal, the journal) is written by a
// thread of its own from a bounded queue, so that a reader who takes nothing stops no work. One for the log.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace forager {

/// Where lines go.
struct LogOutlet {
    int stream = 2;                                      ///< the descriptor of stderr; must stay open
    std::string journal = "/run/systemd/journal/socket"; ///< systemd's own, for entries with fields
};

/// Whether the stream is the one that the service manager connected to the journal (systemd.exec(5), JOURNAL_STREAM).
bool leads_to_journal(int stream);

class LogWriter {
public:
    static constexpr std::size_t room = std::size_t{1024} * 1024; ///< bytes that wait to be written; more are lost

    struct Line {
        std::string text;  ///< with its newline
        std::string entry; ///< what the journal's socket gets instead of it; empty: nothing
    };

    explicit LogWriter(LogOutlet outlet);
    LogWriter(const LogWriter&) = delete;
    LogWriter& operator=(const LogWriter&) = delete;

    /// Waits a second at most for what is not written yet.
    ~LogWriter();

    /// Never waits. False: there was no room, and the line is lost.
    bool put(Line line);

    /// Whether lines are taken again: at least half of the room is free.
    bool flows() const;

private:
    class Queue;

    bool begin();

    std::shared_ptr<Queue> queue_; // also the thread's, which may be stuck in a write when this goes
    bool stalls_;                  // whether it can
};

} // namespace forager
