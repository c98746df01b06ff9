// Keeps documents: takes them, and has the reconciler of their kind make the world so, whenever something is heard and
// after a while in any case. One for the agent or the command, on the strand.
#pragma once

#include "core/reconcile/document.hpp"
#include "io/event.hpp"
#include "ports/clock.hpp"
#include "ports/documents.hpp"
#include "ports/reconciler.hpp"
#include "sources/reconcile/key_loop.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace forager::reconciling {

/// What was done for a document.
struct Done {
    WallTime at{};
    std::string what; ///< a sentence, with its reason

    Done() = default;
};

/// A document and how it is.
struct Kept {
    static constexpr std::size_t most_recent = 20;

    reconcile::Document document;
    std::string problem;      ///< why the last pass failed; empty: it did not
    std::size_t turns = 0;    ///< so far
    std::size_t failures = 0; ///< passes in a row that had a problem
    bool has_failed = false;  ///< see `ReconcilePass`
    bool hopeless = false;    ///< the problem stays for as long as somebody else wants it
    std::vector<Done> recent; ///< the last things that were done, the oldest first; since the agent began

    Kept() = default;
};

class DocumentKeeper {
public:
    /// All must outlive it.
    struct Parts {
        boost::asio::any_io_executor executor;
        Clock& clock;
        Random& random;
        Documents& documents;
        KeyLoop::Spawn spawn;
        /// Who keeps a kind. Failures: not_found, with the kinds that there are.
        std::function<Result<Reconciler*>(const std::string& kind)> reconciler_of;
        std::function<void(const reconcile::Document& document)> changed; ///< its status is another
        std::function<void(const std::string& message)> inform;           ///< what was done, a sentence each
        std::function<void(const std::string& message)> warn;
    };

    explicit DocumentKeeper(Parts parts);

    /// Before `run`. Failures: those of the documents.
    boost::asio::awaitable<Result<void>> load();

    /// Never returns. Ends with `operation_aborted` when it is cancelled.
    boost::asio::awaitable<void> run() { return loop_.run(); }

    /// Whether it could be applied. Failures: bad_arguments (with `field`), not_found (no such kind).
    Result<void> check(const Object& given) const;

    /// Safe when it returns; its turn comes at once. Failures: bad_arguments (with `field`), not_found (no such kind),
    /// refused (it is being deleted), those of the documents.
    boost::asio::awaitable<Result<reconcile::Document>> apply(Object given, std::string origin, bool force = false);

    /// In the order of their keys.
    std::vector<Kept> list() const;

    /// `kind` may be empty where the name is enough, and in any case. Failures: not_found, with the nearest.
    Result<Kept> find(const std::string& kind, const std::string& name, const std::string& origin = "") const;

    /// Begins to delete; it is forgotten when nothing is left. Failures: those of the documents.
    boost::asio::awaitable<Result<reconcile::Document>> remove(reconcile::Key key);

    /// What applying it would do: { changes, actions }; see `Reconciler::preview`. Does nothing.
    boost::asio::awaitable<Result<Object>> diff(Object given, std::string origin);

    boost::asio::awaitable<Result<reconcile::Document>> undo(reconcile::Key key, std::optional<std::int64_t> to);
    boost::asio::awaitable<Result<reconcile::Document>> pause(reconcile::Key key, bool paused);

    /// New replicas without another reason.
    boost::asio::awaitable<Result<reconcile::Document>> restart(reconcile::Key key);

    /// Takes one turn now and waits for it, whatever the loop does: its status. Failures: of the turn; not_found.
    boost::asio::awaitable<Result<Object>> reconcile_now(reconcile::Key key);

    /// Something of it may have changed; an empty name: of all of this kind; an empty kind: of all.
    void touch(const reconcile::Key& key);

    /// Nobody hears of these any more: forgotten without touching what they have made.
    boost::asio::awaitable<Result<void>> forget(reconcile::Key key);

private:
    boost::asio::awaitable<Result<std::optional<Duration>>> turn(reconcile::Key key);
    boost::asio::awaitable<Result<std::optional<Duration>>> take_turn(reconcile::Key key);
    boost::asio::awaitable<Result<reconcile::Document>> keep(reconcile::Document document);
    Result<Reconciler*> checked(const Object& given, const std::string& origin) const; // its reconciler
    void take_pass(Kept& kept, const reconcile::Document& looked_at, const ReconcilePass& pass);
    void finish(const reconcile::Key& key, const ReconcilePass& pass);
    void note_done(Kept& kept, const std::vector<std::string>& done) const;
    void note_problem(Kept& kept, const std::string& problem);

    Parts parts_;
    KeyLoop loop_;
    std::map<reconcile::Key, Kept> documents_;
    Event turned_; // some turn has ended
};

} // namespace forager::reconciling
