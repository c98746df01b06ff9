// How the end of what runs in a container is told. Pure. Only for the sources of primitives.
#pragma once

#include "base/duration.hpp"
#include "core/failure.hpp"
#include "ports/process_runner.hpp"
#include "primitives/printed.hpp"
#include "primitives/unix.hpp"

#include <string>
#include <utility>

namespace forager {

/// A status other than 0 is a failure.
inline Result<Completed> judged(const std::string& title, Completed done)
{
    if (done.code == 0)
        return done;
    std::string words = last_words(done.err);
    if (words.empty())
        words = last_words(done.out);
    const int code = done.code;
    std::string message = title + " ended with status " + std::to_string(code);
    if (!words.empty())
        message += ": " + words;
    return exit_failure(std::move(message), code, std::move(done));
}

/// Whether the caller's own time limit ended it: that comes without a sentence.
inline bool is_late(const Failure& failure)
{
    return failure.code == Errc::timed_out && failure.message.empty();
}

inline Failure late(const std::string& title, Duration limit, Printed& printed)
{
    Completed so_far;
    printed.into(so_far);
    Failure failure{Errc::timed_out, title + " timed out after " + to_text(limit)};
    failure.details.append("stdout", std::move(so_far.out));
    failure.details.append("stderr", std::move(so_far.err));
    return failure;
}

} // namespace forager
