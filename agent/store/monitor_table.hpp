// Monitors and what they have told. Part of the store; lives on the strand.
#pragma once

#include "ports/monitor_records.hpp"
#include "store/writer.hpp"

#include <string>
#include <vector>

namespace forager::store {

class MonitorTable final : public MonitorRecords {
public:
    /// `writer` must outlive it.
    explicit MonitorTable(Writer& writer) : writer_{writer} {}

    boost::asio::awaitable<Result<std::vector<KeptMonitor>>> all() override;
    boost::asio::awaitable<Result<void>> keep(Monitor monitor, bool anew) override;
    boost::asio::awaitable<Result<void>> note(std::string monitor, std::string container, ToldState told) override;
    boost::asio::awaitable<Result<void>> forget(std::string monitor) override;
    void keep_soon(Monitor monitor, bool anew) override;
    void note_soon(std::string monitor, std::string container, ToldState told) override;
    void forget_soon(std::string monitor) override;
    void forget_one_soon(std::string monitor, std::string container) override;

private:
    Writer& writer_;
};

} // namespace forager::store
