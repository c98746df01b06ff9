// What keeps one kind of documents: makes the world so as one of them says, one pass at a time.
#pragma once

#include "base/time.hpp"
#include "core/failure.hpp"
#include "core/reconcile/document.hpp"
#include "core/reconcile/key.hpp"
#include "core/value.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace forager {

/// What one pass has found and done.
struct ReconcilePass {
    Object status;                      ///< as people and programs see it; `phase` and `message` at least
    std::vector<std::string> done;      ///< a sentence for each thing that it did, with its reason
    std::vector<std::string> noticed;   ///< a sentence for each thing that people should see to
    std::string problem;                ///< what could not be done: it is tried again after a pause; empty: nothing
    std::optional<Duration> look_again; ///< at the latest, though nothing is heard
    bool good = false;                  ///< all is as the document says
    std::string failure;                ///< why the change to this form of the document has failed; empty: it has not
    bool can_be_taken_back = true;      ///< then: the form that was good before may stand again
    bool gone = false;                  ///< of one that is being deleted: nothing is left

    ReconcilePass() = default;
};

class Reconciler {
public:
    virtual ~Reconciler() = default;

    /// `lenient`: what is not known in it is no mistake. Failures: bad_arguments, with the path of the member in front,
    /// and as `field` in the details.
    virtual Result<void> check(const Object& document, bool lenient) const = 0;

    /// One pass; for one that is `deleting`, towards nothing. Failures: it could not be looked at or changed; it is
    /// tried again.
    virtual boost::asio::awaitable<Result<ReconcilePass>> pass(reconcile::Document document) = 0;

    /// What the next pass would do, each { action, name, reason }. Does nothing.
    virtual boost::asio::awaitable<Result<Array>> preview(reconcile::Document document) = 0;

    /// Tells which document's state may have changed; an empty key: any of the kind. Returns only when it cannot be
    /// heard (any more): it is called again then, after a pause.
    virtual boost::asio::awaitable<Failure> watch(std::function<void(const reconcile::Key& key)> changed) = 0;

    /// Nobody here keeps it any more: what is remembered of it, or held for it, goes; what was made for it stays.
    virtual void forget(const reconcile::Key&) {}

    /// A document is looked at again after this time though nothing was heard.
    virtual Duration resync() const = 0;
};

} // namespace forager
