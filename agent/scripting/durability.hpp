// What makes a function of a script durable: the recording of its run, and what its author says about changes of its
// code. Used by the script and by the bindings.
#pragma once

#include "core/function.hpp"
#include "runtime/recording.hpp"
#include "scripting/binding.hpp"

namespace forager::scripting {

/// The recording that the calling code writes to; a null pointer outside of durable functions and inside of steps.
Recording* recording_of(const Request& request);

/// How the code of a durable function is told from another one.
struct CodeVersion {
    std::string version; ///< as its author counts; may be empty
    std::string text;    ///< a digest of the script's text
    bool fails_when_changed = false;
};

/// Notes the version with which the run began; of a run that began under other code it says so in a line, or fails
/// where the author wants that. Failures: refused.
boost::asio::awaitable<Result<void>> settle_version(Recording& recording, CodeVersion code, Observer& observer);

} // namespace forager::scripting
