// What one call of a function of the family works with.
#pragma once

#include "core/backup_name.hpp"
#include "core/invocation.hpp"
#include "functions/backup/settings.hpp"
#include "io/formats/age/age.hpp"
#include "io/pool.hpp"
#include "ports/clock.hpp"
#include "ports/object_store.hpp"
#include "ports/observer.hpp"
#include "primitives/postgres/client.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <optional>
#include <set>
#include <string>
#include <utility>

namespace forager::backup {

/// What goes on in this program is nobody's leftover: a name that stands in a set as long as this lives.
class Mark {
public:
    Mark(std::set<std::string>& names, std::string name) : names_{names}, name_{std::move(name)}
    {
        names_.insert(name_);
    }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;
    ~Mark() { names_.erase(name_); }

private:
    std::set<std::string>& names_;
    std::string name_;
};

/// Outlives the call.
struct Work {
    boost::asio::any_io_executor executor;
    Clock& clock;
    BlockingPool& pool;
    postgres::Hands hands;
    ObjectStore& store;
    const BackupSettings& settings;
    const std::optional<age::Keys>& keys; ///< nothing: none are configured
    std::set<std::string>& uploading;     ///< keys that calls of this program are uploading now
    std::set<std::string>& testing;       ///< scratch databases that they restore into
    const Invocation& invocation;
    Observer& observer;

    void say(const std::string& line) const { observer.line(invocation, line); }
};

} // namespace forager::backup
