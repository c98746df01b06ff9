// Child processes as the primitives see them: a command goes in, what became of it comes out.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager {

class ByteSink;
class ByteSource;

enum class Stream { out, err };

/// Hears a command's output line by line while it runs: one line at a time, whichever stream it is from. The command's
/// pipe waits while `line` waits. What `line` throws ends the command and reaches who runs it.
class LineSink {
public:
    virtual ~LineSink() = default;
    /// `text` has no newline; a line longer than 64 KiB comes in pieces.
    virtual boost::asio::awaitable<void> line(Stream stream, std::string text) = 0;
};

/// Limits that the kernel enforces on the child and, each for itself, on its descendants.
struct ResourceLimits {
    std::optional<std::uint64_t> cpu_seconds;
    std::optional<std::uint64_t> memory_bytes; ///< address space
    std::optional<std::uint64_t> file_bytes;   ///< the largest file that it may write
    std::optional<std::uint64_t> open_files;
    std::optional<std::uint64_t> processes; ///< of the whole user, as the kernel counts
};

/// Names everything that one function has started, also what it left in the background.
enum class ScopeId : std::uint32_t {};

/// What goes on when the agent dies or is stopped: the next agent's run that comes to the same command at the same
/// place gets the one that runs, or its result.
struct Keep {
    std::string root;       ///< the outermost invocation
    std::string invocation; ///< whose command it is
    std::string part;       ///< the step that it belongs to; empty: to none
    std::string place;      ///< tells it from all others of the invocation, in each of its runs in the same way
    std::function<void(std::string_view how)> adopted; ///< hears that it was begun by an agent before; may be empty
};

/// Kept commands of one root, invocation or part; what is empty is any.
struct KeptOf {
    std::string root{};
    std::string invocation{};
    std::string part{};
    bool cut_off = false; ///< their run was cancelled: if the agent is stopping, they go on
};

/// A scratch folder of one invocation that is resumed after a restart: it stays until its root has ended.
struct LastingFolder {
    std::string root;       ///< the outermost invocation
    std::string invocation; ///< whose folder it is
};

struct Command {
    std::string title;             ///< how failures name it; empty: by its program
    std::vector<std::string> argv; ///< the program (looked up in PATH) and its arguments; never passed through a shell
    std::string input;             ///< bytes for its stdin, which is closed after them
    /// Instead of `input`: what it gives until its end goes into the child's stdin, as fast as that is read. Its
    /// failure ends the command and is the result. Must outlive the run, as `sink` must; both not with `keep`.
    ByteSource* source = nullptr;
    /// Takes the child's stdout, which is neither kept nor told as lines then; the pipe waits while `sink` does. Its
    /// failure ends the command and is the result.
    ByteSink* sink = nullptr;
    std::vector<std::pair<std::string, std::string>> env; ///< added to the environment
    std::string cwd;  ///< empty: the scratch folder of its scope where the runner makes such, else the caller's
    std::string user; ///< whose rights it has, by name or number; empty: the caller's own
    std::optional<LastingFolder> folder; ///< takes the place of the scope's own scratch folder
    std::optional<Duration> timeout;
    bool merge = false; ///< both outputs as one stream in `out`, in the order written
    /// Bytes kept of each output, nothing: as many as the runner says; the middle is cut out of a longer one.
    std::optional<std::size_t> limit;
    std::size_t report_limit = 0; ///< above 0: the child may write a report of so many bytes to descriptor 3
    ResourceLimits limits;
    ScopeId scope{};
    LineSink* lines = nullptr; ///< must outlive the run; of a kept command, it hears again what was told before
    std::optional<Keep> keep;  ///< not with `report_limit`
    /// The program may be loaded once and forked for each such command: started with a socket as its stdin it is a
    /// nursery, as docs/decisions/0034-warm-python.md says. A command with `user` or a limit of memory is started.
    bool forked = false;

    Command() = default;
};

struct Completed {
    int code = 0;   ///< exit status; 128 + signal when a signal ended it, as shells say; -1: nobody knows
    int signal = 0; ///< 0: it ended by itself
    std::string out;
    std::string err;
    std::string report; ///< what it wrote to descriptor 3
    bool report_cut = false;
    Duration elapsed{};
};

class ProcessRunner {
public:
    virtual ~ProcessRunner() = default;

    /// Runs one command to its end. A non-zero status is a result. Failures: not_found (program, folder or user),
    /// refused (not executable, no permission, no more processes), bad_arguments (NUL in an argument), timed_out (with
    /// `stdout` and `stderr` so far in the details). After a timeout or a cancellation it returns only when the command
    /// and all that it started are gone. Throws `operation_aborted` when cancelled.
    virtual boost::asio::awaitable<Result<Completed>> run(Command command) = 0;

    /// A scope of its own for one function, never given out twice.
    virtual ScopeId new_scope() = 0;

    /// The scratch folder of the scope, or the one that lasts; made where there is none yet. Failures: those of the
    /// system.
    virtual boost::asio::awaitable<Result<std::string>> folder(ScopeId scope, std::optional<LastingFolder> lasting) = 0;

    /// Ends whatever commands of this scope left running in the background, and waits until it is gone; then removes
    /// its scratch folder.
    virtual boost::asio::awaitable<void> end_scope(ScopeId scope) = 0;

    /// Ends kept commands, with whatever they left running, and forgets their results.
    virtual boost::asio::awaitable<void> end_kept(KeptOf whose) = 0;
};

} // namespace forager
