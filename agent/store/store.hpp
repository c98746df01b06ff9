// The agent's memory: one SQLite file in its state folder, and the tables in it. One for the agent; lives on the
// strand.
#pragma once

#include "store/document_table.hpp"
#include "store/journal_table.hpp"
#include "store/log_table.hpp"
#include "store/monitor_table.hpp"
#include "store/outbox_table.hpp"
#include "store/record_table.hpp"
#include "store/reply_table.hpp"
#include "store/schedule_table.hpp"
#include "store/value_table.hpp"
#include "store/writer.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace forager::store {

class Store {
public:
    struct Config {
        std::string path;               ///< of the file
        std::size_t log_lines = 10'000; ///< kept of each invocation
        bool beside = true;             ///< commits go on while the loop does; else it waits for them
    };

    /// Opens the file, or makes it. Failures: those of `open_database`. `clock` must outlive the store.
    static Result<std::unique_ptr<Store>> open(boost::asio::any_io_executor executor, Clock& clock, Config config);

    /// Where a damaged file was put when this one was opened; empty: it was sound.
    const std::string& set_aside() const { return set_aside_; }

    /// What was wrong with it then, in a sentence for its operator; empty: nothing.
    const std::string& damage() const { return damage_; }

    Writer& writer() { return writer_; }
    const Writer& writer() const { return writer_; }
    JournalTable& journal() { return journal_; }
    RecordTable& records() { return records_; }
    OutboxTable& outbox() { return outbox_; }
    ReplyTable& replies() { return replies_; }
    ValueTable& values() { return values_; }
    LogTable& logs() { return logs_; }
    ScheduleTable& schedules() { return schedules_; }
    FileTable& files() { return files_; }
    MonitorTable& monitors() { return monitors_; }
    DocumentTable& documents() { return documents_; }

private:
    Store(boost::asio::any_io_executor executor, Clock& clock, Opened opened, const Config& config);

    std::string set_aside_;
    std::string damage_;
    Writer writer_;
    JournalTable journal_{writer_};
    RecordTable records_{writer_};
    OutboxTable outbox_{writer_};
    ReplyTable replies_{writer_};
    ValueTable values_{writer_};
    ScheduleTable schedules_{writer_};
    FileTable files_{writer_};
    MonitorTable monitors_{writer_};
    DocumentTable documents_{writer_};
    LogTable logs_;
};

} // namespace forager::store
