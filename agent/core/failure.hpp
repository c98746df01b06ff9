// How things go wrong: one value with a word for programs and a sentence for people.
#pragma once

#include "core/value.hpp"

#include <boost/system/result.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace forager {

enum class Errc {
    exit = 1,      ///< a command ended with a non-zero status or by a signal
    timed_out,     ///< a time limit passed
    cancelled,     ///< somebody asked for the end
    bad_arguments, ///< the caller's mistake: a type, an option, a declaration
    not_found,     ///< a function, a file, a program, a host that is not there
    refused,       ///< the world said no: permissions, a closed port, a full queue
    unreachable,   ///< a peer that does not answer
    limit,         ///< a limit of this agent; the message names it
    script,        ///< an error of the user's own code
};

/// The word that stands in `code` for scripts and in JSON.
std::string_view word(Errc code);
std::optional<Errc> code_named(std::string_view word);

struct Failure {
    Errc code = Errc::script;
    std::string message;   ///< a sentence for people, without place
    std::string where;     ///< FILE:LINE of the user's code, empty where there is none
    std::string traceback; ///< for people, may be empty
    Object details; ///< what belongs to the code (exit_code, stderr …), or all fields of an error table of the script
    bool retry = true;        ///< false: trying again is known to be pointless
    bool declaration = false; ///< the script declares something wrongly: it does not load

    Failure() = default;
    Failure(Errc code, std::string message);

    /// `code` of the script's own error table where it has one, else the word of `code`.
    std::string code_word() const;

    /// code, message, where and the details as one object, as JSON output shows it.
    Object to_object() const;
};

/// What the world may refuse comes back as a result; ignoring one takes a visible `(void)`.
template <class T> using Result = boost::system::result<T, Failure>;

/// Thrown by `Result::value()` on a failure: for callers that checked before, so it means a bug.
class UncheckedFailure : public std::logic_error {
public:
    explicit UncheckedFailure(const Failure& failure) : std::logic_error{failure.message} {}
};

/// All of a failure as data, and back; what is missing has its default.
Object to_data(const Failure& failure);
Failure failure_from_data(const Object& data);

[[noreturn]] void throw_exception_from_error(const Failure& failure, const boost::source_location&);

} // namespace forager
