// What a Colonies server means by saying no. Its replies have a status and a sentence, and only both together tell
// cases apart that a caller treats differently. Facts: Colonies v1.9.12, as observed.
#pragma once

#include "clients/colonies/types/states.hpp"
#include "core/failure.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace forager::colonies {

enum class Refusal {
    none,          ///< the server refused nothing: it was not reached, or the mistake is the caller's
    nothing_to_do, ///< assign: no process for this executor (404)
    paused,        ///< assign: the colony's assignments are paused (408 after a wait, 503 at once)
    /// The key is unknown, waits for approval, was rejected or removed; or there is no such colony (403). While the
    /// server's database restarts it has said so of members, too: once is no proof.
    not_member,
    not_owner,      ///< only the colony's or the server's owner may do it, or this executor itself (403)
    not_assigned,   ///< the process is nobody's now: it was taken away (403)
    someone_elses,  ///< the process is another executor's (403)
    not_running,    ///< the process takes no log, attribute or output any more (403)
    already_closed, ///< the process has ended: see `closed_as` (400)
    already_exists, ///< the name is taken (400, 409)
    not_found,      ///< there is no such thing (404, or 500 with a sentence that says so)
    overloaded,     ///< too much at once, or the server's database is away: later
    nonsense,       ///< what came is no reply of a Colonies server, or a larger one than is read
    other,          ///< anything else: the sentence tells
};

/// The failure of a reply with an error in it. Its sentence names the call and repeats the server's; its details are
/// `call`, `status` and `server_message`.
Failure refused_by_server(std::string_view call, std::int64_t status, std::string_view message);

/// The failure of a reply that is none; `what` ends the sentence "the colony server's answer to CALL …".
Failure nonsense_from_server(std::string_view call, std::int64_t http_status, std::string_view what);

/// What a failure of a call means. Pure; `none` for failures that do not come from a reply.
Refusal refusal_of(const Failure& failure);

/// For `not_member`: whether it is so because there is no colony of that name.
bool is_no_colony(const Failure& failure);

/// For `not_found`: whether the server's own words say so. A status alone may come from a proxy on the way.
bool is_gone(const Failure& failure);

/// For `already_closed`: the state in which the process was found.
std::optional<ProcessState> closed_as(const Failure& failure);

} // namespace forager::colonies
