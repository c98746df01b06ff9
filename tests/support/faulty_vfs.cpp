#include "faulty_vfs.hpp"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <new>
#include <random>
#include <utility>

namespace forager::test {

// What SQLite sees as its file; the real one lies behind it.
struct FaultyFile {
    sqlite3_file base;
    FaultyDisk* disk;
    std::string* path; // null: a temporary file, which no power cut concerns

    static FaultyFile& of(sqlite3_file* file) { return *reinterpret_cast<FaultyFile*>(file); }
    static sqlite3_file* real(sqlite3_file* file) { return reinterpret_cast<sqlite3_file*>(&of(file) + 1); }
    static const sqlite3_io_methods& methods(sqlite3_file* file) { return *real(file)->pMethods; }
    static bool powered(sqlite3_file* file) { return of(file).path == nullptr || of(file).disk->powered(); }
};

// The functions that SQLite calls.
struct FaultyCalls {
    static FaultyDisk& disk(sqlite3_vfs* vfs) { return *static_cast<FaultyDisk*>(vfs->pAppData); }
    static sqlite3_vfs* real(sqlite3_vfs* vfs) { return disk(vfs).real_; }

    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* given)
    {
        constexpr int tracked = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL;
        file->pMethods = nullptr;
        if (!disk(vfs).powered())
            return SQLITE_IOERR;
        const int code = real(vfs)->xOpen(real(vfs), name, FaultyFile::real(file), flags, given);
        if (code != SQLITE_OK)
            return code;
        const bool track = name != nullptr && (flags & tracked) != 0;
        new (file) FaultyFile{{&io_methods}, &disk(vfs), track ? new std::string{name} : nullptr};
        if (track)
            disk(vfs).opened(name);
        return SQLITE_OK;
    }

    static int remove(sqlite3_vfs* vfs, const char* name, int sync)
    {
        const int code = disk(vfs).before_removal(name);
        return code == SQLITE_OK ? real(vfs)->xDelete(real(vfs), name, sync) : code;
    }

    static int close(sqlite3_file* file)
    {
        delete FaultyFile::of(file).path;
        return FaultyFile::methods(file).xClose(FaultyFile::real(file));
    }

    static int read(sqlite3_file* file, void* bytes, int count, sqlite3_int64 offset)
    {
        if (!FaultyFile::powered(file))
            return SQLITE_IOERR_READ;
        return FaultyFile::methods(file).xRead(FaultyFile::real(file), bytes, count, offset);
    }

    static int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset)
    {
        const auto& [base, disk, path] = FaultyFile::of(file);
        std::string text{static_cast<const char*>(bytes), static_cast<std::size_t>(count)};
        const int code =
            path ? disk->before_write(*path, static_cast<std::size_t>(offset), std::move(text)) : SQLITE_OK;
        return code == SQLITE_OK ? FaultyFile::methods(file).xWrite(FaultyFile::real(file), bytes, count, offset)
                                 : code;
    }

    static int cut(sqlite3_file* file, sqlite3_int64 size)
    {
        const auto& [base, disk, path] = FaultyFile::of(file);
        const int code = path ? disk->before_cut(*path, static_cast<std::size_t>(size)) : SQLITE_OK;
        return code == SQLITE_OK ? FaultyFile::methods(file).xTruncate(FaultyFile::real(file), size) : code;
    }

    // The real disk need not be flushed: the power that goes here is not its own.
    static int sync(sqlite3_file* file, int)
    {
        const auto& [base, disk, path] = FaultyFile::of(file);
        return path ? disk->before_sync(*path) : SQLITE_OK;
    }

    static int size(sqlite3_file* file, sqlite3_int64* bytes)
    {
        if (!FaultyFile::powered(file))
            return SQLITE_IOERR_FSTAT;
        return FaultyFile::methods(file).xFileSize(FaultyFile::real(file), bytes);
    }

    static int map_shared(sqlite3_file* file, int page, int bytes, int extend, void volatile** memory)
    {
        if (!FaultyFile::powered(file))
            return SQLITE_IOERR_SHMMAP;
        return FaultyFile::methods(file).xShmMap(FaultyFile::real(file), page, bytes, extend, memory);
    }

    static const sqlite3_io_methods io_methods;
};

const sqlite3_io_methods FaultyCalls::io_methods = {
    .iVersion = 2,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = cut,
    .xSync = sync,
    .xFileSize = size,
    .xLock = [](sqlite3_file* f, int level) { return FaultyFile::methods(f).xLock(FaultyFile::real(f), level); },
    .xUnlock = [](sqlite3_file* f, int level) { return FaultyFile::methods(f).xUnlock(FaultyFile::real(f), level); },
    .xCheckReservedLock = [](sqlite3_file* f,
                             int* is) { return FaultyFile::methods(f).xCheckReservedLock(FaultyFile::real(f), is); },
    .xFileControl = [](sqlite3_file* f, int what,
                       void* how) { return FaultyFile::methods(f).xFileControl(FaultyFile::real(f), what, how); },
    .xSectorSize = [](sqlite3_file* f) { return FaultyFile::methods(f).xSectorSize(FaultyFile::real(f)); },
    .xDeviceCharacteristics =
        [](sqlite3_file* f) { return FaultyFile::methods(f).xDeviceCharacteristics(FaultyFile::real(f)); },
    .xShmMap = map_shared,
    .xShmLock = [](sqlite3_file* f, int at, int count,
                   int flags) { return FaultyFile::methods(f).xShmLock(FaultyFile::real(f), at, count, flags); },
    .xShmBarrier = [](sqlite3_file* f) { FaultyFile::methods(f).xShmBarrier(FaultyFile::real(f)); },
    .xShmUnmap = [](sqlite3_file* f,
                    int remove) { return FaultyFile::methods(f).xShmUnmap(FaultyFile::real(f), remove); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

FaultyDisk::FaultyDisk() : real_{sqlite3_vfs_find(nullptr)}
{
    vfs_.iVersion = 2;
    vfs_.szOsFile = static_cast<int>(sizeof(FaultyFile)) + real_->szOsFile;
    vfs_.mxPathname = real_->mxPathname;
    vfs_.zName = "faulty";
    vfs_.pAppData = this;
    vfs_.xOpen = FaultyCalls::open;
    vfs_.xDelete = FaultyCalls::remove;
    vfs_.xAccess = [](sqlite3_vfs* vfs, const char* name, int flags, int* answer) {
        return FaultyCalls::real(vfs)->xAccess(FaultyCalls::real(vfs), name, flags, answer);
    };
    vfs_.xFullPathname = [](sqlite3_vfs* vfs, const char* name, int size, char* full) {
        return FaultyCalls::real(vfs)->xFullPathname(FaultyCalls::real(vfs), name, size, full);
    };
    vfs_.xRandomness = [](sqlite3_vfs* vfs, int size, char* bytes) {
        return FaultyCalls::real(vfs)->xRandomness(FaultyCalls::real(vfs), size, bytes);
    };
    vfs_.xSleep = [](sqlite3_vfs* vfs, int time) {
        return FaultyCalls::real(vfs)->xSleep(FaultyCalls::real(vfs), time);
    };
    vfs_.xCurrentTime = [](sqlite3_vfs* vfs, double* time) {
        return FaultyCalls::real(vfs)->xCurrentTime(FaultyCalls::real(vfs), time);
    };
    vfs_.xGetLastError = [](sqlite3_vfs* vfs, int size, char* text) {
        return FaultyCalls::real(vfs)->xGetLastError(FaultyCalls::real(vfs), size, text);
    };
    vfs_.xCurrentTimeInt64 = [](sqlite3_vfs* vfs, sqlite3_int64* time) {
        return FaultyCalls::real(vfs)->xCurrentTimeInt64(FaultyCalls::real(vfs), time);
    };
    sqlite3_vfs_register(&vfs_, 1);
}

FaultyDisk::~FaultyDisk()
{
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
}

std::size_t FaultyDisk::writes() const
{
    const std::scoped_lock lock{mutex_};
    return writes_;
}

std::size_t FaultyDisk::syncs() const
{
    const std::scoped_lock lock{mutex_};
    return syncs_;
}

std::size_t FaultyDisk::changes() const
{
    const std::scoped_lock lock{mutex_};
    return changes_;
}

void FaultyDisk::fail_write(std::size_t nth)
{
    const std::scoped_lock lock{mutex_};
    bad_write_.start(nth);
}

void FaultyDisk::fail_sync(std::size_t nth)
{
    const std::scoped_lock lock{mutex_};
    bad_sync_.start(nth);
}

void FaultyDisk::fill_at(std::size_t nth)
{
    const std::scoped_lock lock{mutex_};
    fill_.start(nth);
}

void FaultyDisk::make_room()
{
    const std::scoped_lock lock{mutex_};
    fill_.stop();
    full_ = false;
}

void FaultyDisk::cut_power_at(std::size_t nth, std::size_t bytes)
{
    const std::scoped_lock lock{mutex_};
    power_cut_.start(nth);
    kept_bytes_ = bytes;
}

bool FaultyDisk::powered() const
{
    const std::scoped_lock lock{mutex_};
    return powered_;
}

void FaultyDisk::restore_power(Survival survival, std::uint64_t seed)
{
    const std::scoped_lock lock{mutex_};
    std::mt19937_64 random{seed};
    for (auto& [path, image] : images_) {
        for (Change& change : image.pending) {
            if (survival == Survival::nothing || (survival == Survival::some && random() % 2 == 0))
                continue;
            if (survival == Survival::some && !change.cut_to && random() % 4 == 0)
                change.bytes.resize(random() % (change.bytes.size() + 1)); // torn
            apply(image, change);
        }
        image.pending.clear();
        std::ofstream{path, std::ios::binary | std::ios::trunc} << image.flushed;
    }
    for (Countdown* fault : {&bad_write_, &bad_sync_, &fill_, &power_cut_})
        fault->stop();
    full_ = false;
    powered_ = true;
}

void FaultyDisk::apply(Image& image, const Change& change)
{
    if (change.cut_to) {
        image.flushed.resize(*change.cut_to);
        return;
    }
    if (image.flushed.size() < change.offset + change.bytes.size())
        image.flushed.resize(change.offset + change.bytes.size());
    std::memcpy(image.flushed.data() + change.offset, change.bytes.data(), change.bytes.size());
}

void FaultyDisk::opened(const std::string& path)
{
    const std::scoped_lock lock{mutex_};
    if (images_.contains(path))
        return;
    std::ifstream file{path, std::ios::binary};
    images_[path].flushed.assign(std::istreambuf_iterator<char>{file}, {});
}

// The caller has the lock.
int FaultyDisk::before_change(int code)
{
    if (!powered_)
        return code;
    ++changes_;
    if (!power_cut_.due())
        return SQLITE_OK;
    powered_ = false;
    return code;
}

int FaultyDisk::before_write(const std::string& path, std::size_t offset, std::string bytes)
{
    const std::scoped_lock lock{mutex_};
    const bool before = powered_;
    if (const int code = before_change(SQLITE_IOERR_WRITE); code != SQLITE_OK) {
        if (before)
            images_[path].pending.push_back({{}, offset, bytes.substr(0, kept_bytes_)});
        return code;
    }
    ++writes_;
    full_ = fill_.due() || full_;
    if (full_)
        return SQLITE_FULL;
    if (bad_write_.due())
        return SQLITE_IOERR_WRITE;
    images_[path].pending.push_back({{}, offset, std::move(bytes)});
    return SQLITE_OK;
}

int FaultyDisk::before_cut(const std::string& path, std::size_t size)
{
    const std::scoped_lock lock{mutex_};
    const int code = before_change(SQLITE_IOERR_TRUNCATE);
    if (code == SQLITE_OK)
        images_[path].pending.push_back({size, 0, {}});
    return code;
}

int FaultyDisk::before_sync(const std::string& path)
{
    const std::scoped_lock lock{mutex_};
    if (const int code = before_change(SQLITE_IOERR_FSYNC); code != SQLITE_OK)
        return code;
    ++syncs_;
    Image& image = images_[path];
    if (bad_sync_.due()) {
        image.pending.clear();
        return SQLITE_IOERR_FSYNC;
    }
    for (const Change& change : image.pending)
        apply(image, change);
    image.pending.clear();
    return SQLITE_OK;
}

// A removal is taken for safe at once.
int FaultyDisk::before_removal(const std::string& path)
{
    const std::scoped_lock lock{mutex_};
    const int code = before_change(SQLITE_IOERR_DELETE);
    if (code == SQLITE_OK)
        images_.erase(path);
    return code;
}

} // namespace forager::test
