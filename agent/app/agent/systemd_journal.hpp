// Entries with fields for systemd's journal, as https://systemd.io/JOURNAL_NATIVE_PROTOCOL has them. For the log; any
// thread.
#pragma once

#include "core/value.hpp"

#include <string>
#include <string_view>

namespace forager {

struct SystemdEntry {
    std::string_view message;
    int priority = 6; ///< syslog(3)'s
    Object fields;    ///< each becomes FORAGER_NAME, so that none can be taken for another program's
};

/// The entry as bytes of one datagram.
std::string to_datagram(const SystemdEntry& entry);

/// False: the journal does not take it (there is none, or it is too large).
bool send_to_journal(const std::string& socket, std::string_view datagram);

} // namespace forager
