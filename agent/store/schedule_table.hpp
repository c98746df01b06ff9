// How far schedules have come, and which files watches have handled. Part of the store; lives on the strand.
#pragma once

#include "ports/handled_files.hpp"
#include "ports/schedules.hpp"
#include "store/writer.hpp"

#include <string>
#include <vector>

namespace forager::store {

class ScheduleTable final : public Schedules {
public:
    /// `writer` must outlive it.
    explicit ScheduleTable(Writer& writer) : writer_{writer} {}

    boost::asio::awaitable<Result<std::optional<WallTime>>> last(std::string name) override;
    boost::asio::awaitable<Result<void>> remember(std::string name, WallTime time) override;

    /// Forgets, sooner or later, those that came no further than `before`, but for the named ones.
    void forget_but(std::vector<std::string> names, WallTime before);

private:
    Writer& writer_;
};

class FileTable final : public HandledFiles {
public:
    /// `writer` must outlive it.
    explicit FileTable(Writer& writer) : writer_{writer} {}

    boost::asio::awaitable<Result<std::vector<std::pair<std::string, FileMark>>>> all(std::string watch) override;
    boost::asio::awaitable<Result<void>> remember(std::string watch, std::string path, FileMark mark) override;
    boost::asio::awaitable<Result<void>> forget(std::string watch, std::string path) override;

    /// Forgets, sooner or later, all files of the watches that nobody has served since `before`; `served` are those
    /// that are served `now`. To be called before `ScheduleTable::forget_but` with the same `before`.
    void forget_but(std::vector<std::string> served, WallTime now, WallTime before);

private:
    Writer& writer_;
};

} // namespace forager::store
