// What a name, a field, an option means, and whether it is a mistake. The walker asks it at each place of a file; it
// gathers facts during the first walk, and findings during the second.
#pragma once

#include "core/failure.hpp"
#include "scripting/analysis/doubt.hpp"
#include "scripting/analysis/known.hpp"
#include "scripting/analysis/survey.hpp"
#include "scripting/analysis/walk/scopes.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace forager::scripting {

/// What a table constructor, a function or a literal is about to be used for.
struct Wanted {
    std::string what;                     ///< for messages: "sh: option 'timeout'"
    std::string types;                    ///< that it must have, or empty
    const OptionTypes* options = nullptr; ///< of a table
    std::string options_of;               ///< the function that takes them
    bool probe = false;                   ///< a function for pcall
};

/// Findings in the order in which they were made, no more than are worth reading.
struct Findings {
    static constexpr std::size_t most = 200;
    static constexpr std::size_t most_calls = 5'000;

    std::vector<Failure> list;
    std::size_t more = 0;         ///< were left out
    std::vector<NamedCall> calls; ///< as many as are looked at
};

class Judge {
public:
    /// Without `findings` it is the first walk, which fills the survey. All arguments must outlive it.
    Judge(const LibraryShape& library, Survey& survey, Findings* findings, std::string path);

    /// Stays silent for as long as it lives.
    class Quiet {
    public:
        Quiet(Judge& judge, bool quiet) : judge_{judge}, quiet_{quiet} { judge_.quiet_ += quiet_; }
        Quiet(const Quiet&) = delete;
        Quiet& operator=(const Quiet&) = delete;
        ~Quiet() { judge_.quiet_ -= quiet_; }

    private:
        Judge& judge_;
        int quiet_;
    };

    struct Meaning {
        Known known;
        std::optional<Doubt> doubt;
    };

    Meaning global(std::string_view name, std::size_t line);
    Meaning field(const Known& base, std::string_view name, std::size_t line);

    /// The function behind a method call; null when it is not known.
    const Shape* method(const Known& base, std::string_view name, std::size_t line);

    /// base.name(first, …): a mistake where that is a method, and `first` for certain not its object.
    void called_with_dot(const Known& base, std::string_view name, const Known& first, std::size_t line);

    /// The value that a call gives. `first` is the first argument.
    Known result(const Known& callee, const Known& first);

    /// The context that the agent gives to handlers.
    Known context() const { return Known::of(library_.object("context")); }

    /// What the argument at `position` (from 1) is for.
    Wanted argument(const Shape* callee, std::size_t position) const;

    /// What an option's value is for; reports an option that does not exist.
    Wanted option(const Wanted& table, std::string_view name, std::size_t line);

    void value(const Wanted& wanted, const Known& known, std::size_t line);

    /// The last of several arguments: it may send the call to the colony, where there are other functions.
    void last_argument(const Shape* callee, const Known& first, const Known& last);

    /// The call of this name that was told last is of a function that others have.
    void calls_elsewhere(std::string_view function);

    /// A table that sends a call there is made; who knows where it goes.
    void has_colony_options() { survey_.colony_options = true; }

    /// `scopes` is for suggestions.
    void report(const Doubt& doubt, const Scopes& scopes);

    void assigned_global(std::string_view name);
    void assigned_field(std::string_view name);

    /// The value is out of sight from here on: whoever has it may change it.
    void out_of_sight(const Known& known);

    /// The name is declared as a local variable or a parameter.
    void declared(std::string_view name);

    /// The arguments of the main chunk, or of a function, are used.
    void uses_arguments(bool of_main_chunk) { survey_.arguments |= of_main_chunk; }

private:
    bool first_walk() const { return findings_ == nullptr; }
    bool full() const { return findings_->list.size() >= Findings::most; }
    std::vector<std::string> global_names(const Scopes& scopes) const;
    bool may_have(const Shape& table, std::string_view name) const;
    std::string message(const Doubt& doubt, const Scopes& scopes) const;
    void add(std::string message, std::size_t line, Errc code);
    void declares_function(const Shape& callee, const Known& first);

    const LibraryShape& library_;
    Survey& survey_;
    Findings* findings_;
    std::string path_;
    int quiet_ = 0;
    std::set<std::pair<std::size_t, std::string>> doubted_; // what was told, by line and name
};

/// What the first parameter of such a function is.
bool takes_context(const Wanted& wanted);

} // namespace forager::scripting
