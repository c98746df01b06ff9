// A disk under SQLite that fails on demand: writes that are refused, a full disk, and power that goes at a chosen
// moment and takes with it what was not flushed. For tests of the store; it may be told from any thread.
#pragma once

#include <sqlite3.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace forager::test {

/// Counts down to the one time that something goes wrong.
class Countdown {
public:
    void start(std::size_t nth) { left_ = nth; }
    void stop() { left_ = 0; }
    bool due() { return left_ > 0 && --left_ == 0; }

private:
    std::size_t left_ = 0;
};

/// What is there, after the power went, of that which was written but not flushed.
enum class Survival { nothing, everything, some };

class FaultyDisk {
public:
    /// SQLite's default from now on. All databases that were opened meanwhile must be closed before its end.
    FaultyDisk();
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;
    ~FaultyDisk();

    std::size_t writes() const;
    std::size_t syncs() const;

    /// Everything that changes the disk: writes, cuts, removals, and the flushes between them.
    std::size_t changes() const;

    /// The n-th from now is refused with an I/O error. What a refused flush should have made safe is read back as long
    /// as there is power, but no later flush cares for it any more.
    void fail_write(std::size_t nth);
    void fail_sync(std::size_t nth);

    /// The disk is full from the n-th write on, until there is room.
    void fill_at(std::size_t nth);
    void make_room();

    /// The power goes at the n-th change from now; when that is a write, this many of its bytes are written before.
    /// Everything fails from then on. Close what is open, and restore the power.
    void cut_power_at(std::size_t nth, std::size_t bytes = 0);
    bool powered() const;

    /// The power is back, and no fault waits. `seed` decides what survived where `survival` is `some`.
    void restore_power(Survival survival, std::uint64_t seed = 0);

private:
    friend struct FaultyFile;
    friend struct FaultyCalls;

    struct Change {
        std::optional<std::size_t> cut_to; // else a write
        std::size_t offset = 0;
        std::string bytes;
    };

    struct Image {
        std::string flushed;
        std::vector<Change> pending;
    };

    int before_change(int code);
    int before_write(const std::string& path, std::size_t offset, std::string bytes);
    int before_cut(const std::string& path, std::size_t size);
    int before_sync(const std::string& path);
    int before_removal(const std::string& path);
    void opened(const std::string& path);
    static void apply(Image& image, const Change& change);

    mutable std::mutex mutex_;
    sqlite3_vfs* real_;
    sqlite3_vfs vfs_{};
    std::map<std::string, Image> images_;
    Countdown bad_write_, bad_sync_, fill_, power_cut_;
    std::size_t kept_bytes_ = 0;
    std::size_t writes_ = 0, syncs_ = 0, changes_ = 0;
    bool full_ = false;
    bool powered_ = true;
};

} // namespace forager::test
