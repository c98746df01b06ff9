// Keeps documents of a kind whose reconciler a script declares: each pass is a call of the script's function. On the
// strand.
#pragma once

#include "core/invocation.hpp"
#include "core/outcome.hpp"
#include "ports/reconciler.hpp"
#include "scripting/declared_reconciler.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>

namespace forager {

class ScriptReconciler final : public Reconciler {
public:
    struct Parts {
        boost::asio::any_io_executor executor;
        scripting::DeclaredReconciler declared;
        /// As `Scheduler::call`: finds the function by its name, so that a script that was loaded again is called.
        std::function<boost::asio::awaitable<Outcome>(Invocation invocation)> call;
    };

    explicit ScriptReconciler(Parts parts);

    Result<void> check(const Object& document, bool lenient) const override;

    /// What the script raises is the pass's `problem`, with the status Degraded; cancellation is passed on. May go on
    /// when the reconciler is gone.
    boost::asio::awaitable<Result<ReconcilePass>> pass(reconcile::Document document) override;

    /// Calls the script's `actual` alone: one entry, whose action is "apply", "delete" or "nothing".
    boost::asio::awaitable<Result<Array>> preview(reconcile::Document document) override;

    /// Scripts say what they have heard on their own (TouchAccess): never returns.
    boost::asio::awaitable<Failure> watch(std::function<void(const reconcile::Key& key)> changed) override;

    Duration resync() const override;

private:
    struct State;

    std::shared_ptr<State> state_;
};

} // namespace forager
